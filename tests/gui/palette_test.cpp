#include <QAbstractItemModelTester>
#include <QDropEvent>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QtTest>

#include "gui/document/components.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/palette_model.h"
#include "gui/panels/component_drop.h"
#include "gui/panels/palette_panel.h"
#include "gui/panels/quick_add.h"
#include "io/preset_catalog.h"
#include "model/catalog.h"

using namespace faultline;

namespace {

std::vector<QModelIndex> rowsOf(const QAbstractItemModel& model, const QModelIndex& parent = {}) {
  std::vector<QModelIndex> rows;
  for (int row = 0; row < model.rowCount(parent); ++row) {
    rows.push_back(model.index(row, 0, parent));
    for (const QModelIndex& below : rowsOf(model, rows.back())) rows.push_back(below);
  }
  return rows;
}

std::size_t choicesIn(const QAbstractItemModel& model) {
  const auto rows = rowsOf(model);
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const QModelIndex& row) { return !choiceAt(row).kind.empty(); }));
}

QPoint middleOf(const PaletteView& view, const QModelIndex& index) {
  const QRect rect = view.visualRect(index);
  return {rect.left() + 40, rect.center().y()};
}

}  // namespace

class PaletteTest : public QObject {
  Q_OBJECT

  PalettePanel* panel_ = nullptr;
  std::vector<ComponentChoice> asked_;

 private slots:
  void init() {
    asked_.clear();
    panel_ = new PalettePanel;
    connect(panel_, &PalettePanel::addRequested, this, [this](const ComponentChoice& c) { asked_.push_back(c); });
    panel_->resize(220, 700);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_));
  }
  void cleanup() { delete panel_; }

  void modelsAreSound() {
    PaletteModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    PaletteFilter filter;
    filter.setSourceModel(&model);
    QAbstractItemModelTester filtered(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QuickAddModel quick;
    QAbstractItemModelTester listed(&quick, QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (const char* text : {"a", "zzz", "", "s e"}) {
      filter.setSearch(QString::fromLatin1(text));
      quick.setSearch(QString::fromLatin1(text));
    }
  }

  void everythingThatCanBeAddedIsThereOnce() {
    PaletteModel model;
    const std::size_t all = catalog().size() + presets().size();
    QCOMPARE(choicesIn(model), all);
    QuickAddModel quick;
    QCOMPARE(static_cast<std::size_t>(quick.rowCount()), all);
    std::set<std::pair<std::string, std::string>> seen;
    for (const QModelIndex& row : rowsOf(model)) {
      const ComponentChoice choice = choiceAt(row);
      if (choice.kind.empty()) continue;
      QVERIFY(seen.emplace(choice.kind, choice.preset).second);
      QVERIFY(findKind(choice.kind) != nullptr);
      if (!choice.preset.empty()) QCOMPARE(findPreset(choice.preset)->kind, choice.kind);
      QVERIFY(!row.data(PaletteModel::SummaryRole).toString().isEmpty());
    }
  }

  void theFilterFindsByEveryWordAndShowsWhereItIs() {
    const Preset& preset = presets().front();
    QTest::keyClicks(&panel_->filter(), QString::fromStdString(preset.label).toUpper());
    const QAbstractItemModel& shown = *panel_->view().model();
    QVERIFY(choicesIn(shown) >= 2);  // the preset and its kind
    bool found = false;
    for (const QModelIndex& row : rowsOf(shown))
      if (choiceAt(row).preset == preset.name) {
        found = true;
        QVERIFY(panel_->view().isExpanded(row.parent()));
        QCOMPARE(choiceAt(row.parent()).kind, preset.kind);
      }
    QVERIFY(found);
    QTest::keyClick(&panel_->filter(), Qt::Key_Escape);
    QCOMPARE(choicesIn(shown), catalog().size() + presets().size());
    QTest::keyClicks(&panel_->filter(), QStringLiteral("no such thing"));
    QCOMPARE(shown.rowCount(), 0);
  }

  void enterInTheFilterAddsWhatItNames() {
    const ComponentInfo* kind = catalog().back();
    QTest::keyClicks(&panel_->filter(), QString::fromUtf8(kind->label));
    QTest::keyClick(&panel_->filter(), Qt::Key_Return);
    QCOMPARE(asked_.size(), 1u);
    QVERIFY((asked_[0] == ComponentChoice{kind->kind, {}}));
  }

  void keysWalkTheTree() {
    QTest::keyClick(&panel_->filter(), Qt::Key_Down);
    QTest::keyClick(&panel_->view(), Qt::Key_Return);
    QCOMPARE(asked_.size(), 1u);
    const QAbstractItemModel& rows = *panel_->view().model();
    QVERIFY(asked_[0] == choiceAt(rows.index(0, 0, rows.index(0, 0))));
    QTest::keyClick(&panel_->view(), Qt::Key_Down);
    QTest::keyClick(&panel_->view(), Qt::Key_Return);
    QCOMPARE(asked_.size(), 2u);
    QVERIFY(!(asked_[0] == asked_[1]));
  }

  void aDoubleClickAddsAndAChevronOpens() {
    PaletteView& view = panel_->view();
    QModelIndex withPresets;
    for (const QModelIndex& row : rowsOf(*view.model()))
      if (!choiceAt(row).kind.empty() && view.model()->hasChildren(row)) {
        withPresets = row;
        break;
      }
    QVERIFY(withPresets.isValid());
    view.scrollTo(withPresets);
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, middleOf(view, withPresets));
    QCOMPARE(asked_.size(), 1u);
    QVERIFY(asked_[0] == choiceAt(withPresets));
    QVERIFY(!view.isExpanded(withPresets));
    const QRect rect = view.visualRect(withPresets);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, {rect.right() - 8, rect.center().y()});
    QVERIFY(view.isExpanded(withPresets));
    QCOMPARE(asked_.size(), 1u);
    const QModelIndex preset = withPresets.model()->index(0, 0, withPresets);
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, middleOf(view, preset));
    QCOMPARE(asked_.size(), 2u);
    QVERIFY(asked_[1] == choiceAt(preset) && !asked_[1].preset.empty());
  }

  void whatIsDraggedOutCanBeDropped() {
    PaletteModel model;
    QWidget target;
    ComponentDrop drop(target, [](QPoint p) { return QPointF(p) * 2; });
    std::vector<std::pair<ComponentChoice, QPointF>> dropped;
    connect(&drop, &ComponentDrop::dropped, this,
            [&](const ComponentChoice& choice, QPointF place) { dropped.emplace_back(choice, place); });
    std::size_t choices = 0;
    for (const QModelIndex& row : rowsOf(model)) {
      const std::unique_ptr<QMimeData> data(model.mimeData({row}));
      QCOMPARE(data != nullptr, !choiceAt(row).kind.empty());
      if (!data) continue;
      QDragEnterEvent enter({5, 6}, Qt::CopyAction, data.get(), Qt::LeftButton, {});
      QCoreApplication::sendEvent(&target, &enter);
      QVERIFY(enter.isAccepted());
      QDropEvent event(QPointF(5, 6), Qt::CopyAction, data.get(), Qt::LeftButton, {});
      QCoreApplication::sendEvent(&target, &event);
      QVERIFY(event.isAccepted());
      QCOMPARE(dropped.size(), ++choices);
      QVERIFY(dropped.back().first == choiceAt(row));
      QCOMPARE(dropped.back().second, QPointF(10, 12));
    }
    QMimeData text;
    text.setText(QStringLiteral("a sentence"));
    QDragEnterEvent enter({5, 6}, Qt::CopyAction, &text, Qt::LeftButton, {});
    enter.ignore();
    QCoreApplication::sendEvent(&target, &enter);
    QVERIFY(!enter.isAccepted());
  }

  void quickAddSearchesAndChooses() {
    QuickAdd popup;
    std::vector<ComponentChoice> chosen;
    connect(&popup, &QuickAdd::chosen, this, [&](const ComponentChoice& c) { chosen.push_back(c); });
    popup.open({40, 40});
    QVERIFY(popup.isVisible());
    const ComponentInfo* kind = catalog()[catalog().size() / 2];
    QTest::keyClicks(&popup.search(), QString::fromUtf8(kind->label));
    QTest::keyClick(&popup.search(), Qt::Key_Return);
    QCOMPARE(chosen.size(), 1u);
    QVERIFY((chosen[0] == ComponentChoice{kind->kind, {}}));
    QVERIFY(!popup.isVisible());
    popup.open({40, 40});
    QVERIFY(popup.search().text().isEmpty());
    const ComponentChoice second = choiceAt(popup.list().model()->index(1, 0));
    QTest::keyClick(&popup.search(), Qt::Key_Down);
    QTest::keyClick(&popup.search(), Qt::Key_Return);
    QCOMPARE(chosen.size(), 2u);
    QVERIFY(chosen[1] == second);
    popup.open({40, 40});
    QTest::keyClicks(&popup.search(), QStringLiteral("no such thing"));
    QTest::keyClick(&popup.search(), Qt::Key_Return);
    QCOMPARE(chosen.size(), 2u);
    QTest::keyClick(&popup.search(), Qt::Key_Escape);
    QVERIFY(!popup.isVisible());
  }

  void everyChoiceCanBeAddedAndUndone() {
    Document document;
    Selection selection(document);
    const Scenario before = document.scenario();
    int count = 0;
    PaletteModel model;
    for (const QModelIndex& row : rowsOf(model)) {
      const ComponentChoice choice = choiceAt(row);
      if (choice.kind.empty()) continue;
      const Point place = freePlace(document.scenario(), {100, 100});
      const Diagnostics said = addComponent(document, selection, choice, place);
      QVERIFY2(!hasErrors(said), said.empty() ? "" : toString(said[0]).c_str());
      ++count;
      const NodeSpec& node = document.scenario().nodes.back();
      QCOMPARE(node.kind, choice.kind);
      QCOMPARE(node.preset, choice.preset);
      QVERIFY(choice.preset.empty() || node.inherited == findPreset(choice.preset)->params);
      QCOMPARE(selection.onlyNode(), node.name);
    }
    // No card covers another.
    const auto& layout = document.scenario().layout;
    for (std::size_t i = 0; i < layout.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        QVERIFY(std::abs(layout[i].second.x - layout[j].second.x) > 100 ||
                std::abs(layout[i].second.y - layout[j].second.y) > 50);
    QCOMPARE(document.undoStack()->count(), count);
    while (document.undoStack()->canUndo()) document.undoStack()->undo();
    QVERIFY(document.scenario() == before);
  }
};

QTEST_MAIN(PaletteTest)
#include "palette_test.moc"
