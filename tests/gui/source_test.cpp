#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTextBlock>
#include <QtTest>

#include "gui/document/document.h"
#include "gui/panels/source_editor.h"
#include "gui/panels/source_panel.h"

using namespace faultline;

namespace {

const QString kFlagship = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml");

}  // namespace

class SourceTest : public QObject {
  Q_OBJECT

  Document* document_ = nullptr;
  SourcePanel* panel_ = nullptr;

  SourceEditor& editor() { return panel_->editor(); }
  QString text() { return editor().toPlainText(); }
  // As somebody would: select the text and type another.
  void replaceByTyping(const QString& what, const QString& by) {
    QVERIFY2(editor().find(what) || (editor().moveCursor(QTextCursor::Start), editor().find(what)), qPrintable(what));
    QTest::keyClicks(&editor(), by);
    panel_->refresh();
  }

 private slots:
  void init() {
    document_ = new Document;
    QVERIFY(document_->open(kFlagship));
    panel_ = new SourcePanel(*document_);
    panel_->resize(600, 500);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowActive(panel_));
    editor().setFocus();
  }
  void cleanup() {
    delete panel_;
    delete document_;
  }

  void itFollowsEveryEdit() {
    QCOMPARE(text(), document_->text());
    document_->apply("a", edits::setSetting("seed=4711"));
    QTRY_COMPARE(text(), document_->text());
    QVERIFY(text().contains(QStringLiteral("seed: 4711")));
    document_->undoStack()->undo();
    QTRY_COMPARE(text(), document_->text());
    document_->reset();
    QTRY_COMPARE(text(), document_->text());
    QVERIFY(!panel_->isDraft());
  }

  void whatOneLooksAtStaysInPlace() {
    editor().verticalScrollBar()->setValue(20);
    editor().setTextCursor(QTextCursor(editor().document()->findBlockByNumber(25)));
    const int at = editor().verticalScrollBar()->value();
    document_->apply("a", edits::move({{"app", {1, 2}}}));
    panel_->refresh();
    QCOMPARE(text(), document_->text());
    QCOMPARE(editor().verticalScrollBar()->value(), at);
    QCOMPARE(editor().textCursor().blockNumber(), 25);
  }

  void aDraftIsOneEntry() {
    const Scenario before = document_->scenario();
    replaceByTyping(QStringLiteral("seed: 7"), QStringLiteral("seed: 99"));
    replaceByTyping(QStringLiteral("duration: 10min"), QStringLiteral("duration: 11min"));
    QVERIFY(panel_->isDraft());
    QVERIFY(document_->scenario() == before);
    QTest::mouseClick(&panel_->applyButton(), Qt::LeftButton);
    QVERIFY(!panel_->isDraft());
    QCOMPARE(document_->scenario().seed, std::uint64_t{99});
    QCOMPARE(document_->scenario().duration, minutes(11));
    QCOMPARE(document_->undoStack()->count(), 1);
    document_->undoStack()->undo();
    QVERIFY(document_->scenario() == before);
  }

  void keysApply() {
    replaceByTyping(QStringLiteral("seed: 7"), QStringLiteral("seed: 8"));
    QTest::keyClick(&editor(), Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(document_->scenario().seed, std::uint64_t{8});
  }

  void anInvalidTextChangesNothing_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("by");
    QTest::addColumn<QString>("said");
    QTest::newRow("value") << "seed: 7"
                           << "seed: often"
                           << "often";
    QTest::newRow("parameter") << "kind: service"
                               << "kind: service, wrokers: 3"
                               << "wrokers";
    QTest::newRow("no YAML") << "seed: 7"
                             << "seed: {7"
                             << "";
    QTest::newRow("kind") << "kind: service"
                          << "kind: teapot"
                          << "teapot";
  }
  void anInvalidTextChangesNothing() {
    QFETCH(QString, what);
    QFETCH(QString, by);
    QFETCH(QString, said);
    const Scenario before = document_->scenario();
    replaceByTyping(what, by);
    const int line = editor().textCursor().blockNumber() + 1;
    QVERIFY(!panel_->applyButton().isEnabled());
    QVERIFY(!panel_->apply());
    QVERIFY(document_->scenario() == before);
    QCOMPARE(document_->undoStack()->count(), 0);
    QVERIFY(panel_->isDraft());
    QVERIFY2(panel_->state().text().contains(said), qPrintable(panel_->state().text()));
    // It is marked where it is, and says so under the pointer.
    QVERIFY(!editor().extraSelections().isEmpty());
    if (!said.isEmpty()) QVERIFY2(editor().problemsAt(line).contains(said), qPrintable(editor().problemsAt(line)));
    QTest::mouseClick(&panel_->revertButton(), Qt::LeftButton);
    QCOMPARE(text(), document_->text());
    QVERIFY(editor().extraSelections().isEmpty());
  }

  void typedBackIsNoDraft() {
    replaceByTyping(QStringLiteral("seed: 7"), QStringLiteral("seed: 8"));
    QVERIFY(panel_->isDraft());
    replaceByTyping(QStringLiteral("seed: 8"), QStringLiteral("seed: 7"));
    QVERIFY(!panel_->isDraft());
  }

  void anIncompleteDesignCanBeEdited() {
    document_->reset();
    document_->apply("a", edits::addNode({"lb", "load_balancer", {}, {}, {}, {}}, {}));
    QVERIFY(!document_->canRun());
    panel_->refresh();
    QVERIFY(!editor().extraSelections().isEmpty());
    replaceByTyping(QStringLiteral("lb"), QStringLiteral("entrance"));
    replaceByTyping(QStringLiteral("lb"), QStringLiteral("entrance"));  // and where the layout names it
    QVERIFY2(panel_->apply(), qPrintable(panel_->state().text()));
    QVERIFY(document_->scenario().findNode("entrance") != nullptr);
  }

  void aDamagedFileIsMendedInItsText() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("broken.yaml"));
    const QByteArray content =
        "faultline: 1\n# mine\nnodes:\n  users: {kind: client, rate: quick}\n  app: {kind: service}\n"
        "edges:\n  - users -> app\n";
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    QVERIFY(document_->open(path));
    QVERIFY(document_->isDamaged());
    QTRY_COMPARE(text(), QString::fromUtf8(content));
    panel_->refresh();
    QVERIFY2(editor().problemsAt(4).contains(QStringLiteral("quick")), qPrintable(editor().problemsAt(4)));
    panel_->showProblem(document_->problems().front());
    QCOMPARE(editor().textCursor().blockNumber() + 1, 4);
    replaceByTyping(QStringLiteral("quick"), QStringLiteral("50/s"));
    QVERIFY(panel_->apply());
    QVERIFY(!document_->isDamaged());
    QVERIFY(document_->canRun());
    document_->undoStack()->undo();
    QVERIFY(document_->isDamaged());
    QVERIFY(!document_->save(path).isEmpty());
    document_->undoStack()->redo();
    QCOMPARE(document_->save(path), QString());
    Document again;
    QVERIFY(again.open(path));
    QVERIFY(again.scenario() == document_->scenario());
  }

  void aProblemOfTheDocumentIsFoundInTheText() {
    document_->apply("a", edits::remove({"users"}, {}));
    panel_->refresh();
    QVERIFY(!document_->problems().empty());
    for (const Diagnostic& problem : document_->problems()) {
      editor().moveCursor(QTextCursor::Start);
      panel_->showProblem(problem);
      QVERIFY(editor().textCursor().blockNumber() > 0);
      QVERIFY(editor()
                  .problemsAt(editor().textCursor().blockNumber() + 1)
                  .contains(QString::fromStdString(problem.message)));
    }
  }

  void linesAreNumbered() {
    const int narrow = editor().gutter().width();
    document_->reset();
    panel_->refresh();
    QVERIFY(editor().gutter().isVisible());
    QVERIFY(editor().gutter().width() <= narrow);
    QVERIFY(narrow > editor().fontMetrics().horizontalAdvance(QStringLiteral("999")));
    QVERIFY(editor().viewport()->x() >= editor().gutter().width());
  }
};

QTEST_MAIN(SourceTest)
#include "source_test.moc"
