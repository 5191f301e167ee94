#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "gui/canvas/thumbnail.h"
#include "gui/file_commands.h"
#include "gui/main_window.h"
#include "gui/panels/gallery_dialog.h"
#include "gui/style/theme.h"
#include "gui/teaching_panels.h"
#include "support/program.h"

using namespace faultline;

namespace {

const QString kLibrary = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios");
constexpr int kPatienceMs = 30'000;

void click(QListView& view, const QModelIndex& index) {
  view.scrollTo(index);
  QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.visualRect(index).center());
}

}  // namespace

class GalleryTest : public QObject {
  Q_OBJECT

  Progress* progress_ = nullptr;
  LessonLanguage* language_ = nullptr;
  GalleryModel* model_ = nullptr;
  GalleryDialog* dialog_ = nullptr;
  QStringList chosen_;

  QListView& list() { return dialog_->list(); }
  int shown() { return dialog_->filter().rowCount(); }

 private slots:
  void initTestCase() {
    Theme::instance().install(*qobject_cast<QApplication*>(QCoreApplication::instance()));
    QLocale::setDefault(QLocale::c());
    progress_ = new Progress({});
    language_ = new LessonLanguage({}, kLibrary + QStringLiteral("/missing_index_cascade.yaml"));
    model_ = new GalleryModel(kLibrary, *progress_, *language_);
    QSignalSpy loaded(model_, &GalleryModel::loaded);
    model_->load();
    QVERIFY(loaded.wait(kPatienceMs));
  }
  void cleanupTestCase() {
    delete model_;
    delete language_;
    delete progress_;
  }

  void init() {
    chosen_.clear();
    dialog_ = new GalleryDialog(*model_, paintThumbnail, *language_);
    connect(dialog_, &GalleryDialog::chosen, this, [this](const QString& path) { chosen_ << path; });
    dialog_->resize(1100, 700);
    dialog_->present();
    QVERIFY(QTest::qWaitForWindowActive(dialog_));
  }
  void cleanup() { delete dialog_; }

  void itSaysThatItReads() {
    QVERIFY(!dialog_->findChild<QLabel*>(QStringLiteral("reading"))->isVisible());
    dialog_->reject();
    GalleryModel model(kLibrary, *progress_, *language_);
    GalleryDialog dialog(model, paintThumbnail, *language_);
    auto* state = dialog.findChild<QLabel*>(QStringLiteral("reading"));
    QSignalSpy loaded(&model, &GalleryModel::loaded);
    dialog.present();
    const QString all = QString::number(libraryFiles(kLibrary).size());
    QVERIFY(state->isVisible());
    QVERIFY2(state->text().endsWith(all), qPrintable(state->text()));
    QVERIFY2(dialog.groups().item(0)->text().endsWith(all), qPrintable(dialog.groups().item(0)->text()));
    QVERIFY(loaded.wait(kPatienceMs));
    QVERIFY(!state->isVisible());
    QCOMPARE(dialog.filter().rowCount(), model_->rowCount());
  }

  void theLibraryIsThereInOrder() {
    const QStringList files = libraryFiles(kLibrary);
    QCOMPARE(files.first(), QLatin1String(kFlagship));
    QCOMPARE(model_->rowCount(), static_cast<int>(files.size()));
    QStringList groups = model_->groups();
    QCOMPARE(groups.mid(0, 5), (QStringList{QString(), "foundations", "systems", "incidents", "recorded"}));
    for (int row = 0; row < model_->rowCount(); ++row) {
      const LibraryEntry& entry = model_->entry(row);
      QCOMPARE(entry.id, files[row]);
      const LibraryEntry::Words& words = entry.words;
      QVERIFY2(!words.title.isEmpty() && !words.lesson.isEmpty() && !entry.concepts.isEmpty(), qPrintable(entry.id));
      QVERIFY2(!words.lesson.startsWith(QStringLiteral("Lesson")), qPrintable(words.lesson));
    }
    QCOMPARE(scenarioFolder(), QDir(kLibrary).canonicalPath());
  }

  void modelsAreSound() {
    Progress progress({});
    GalleryModel model(kLibrary, progress, *language_);
    GalleryFilter filter(model);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QAbstractItemModelTester filtered(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy loaded(&model, &GalleryModel::loaded);
    model.load();
    filter.set({{QStringLiteral("cache")}, {}, {}, {}, {}});
    QVERIFY(loaded.wait(kPatienceMs));
    QVERIFY(filter.rowCount() > 0 && filter.rowCount() < model.rowCount());
    progress.mark(model.entry(3).name, Progress::Mark::Opened);
    filter.set({});
    QCOMPARE(filter.rowCount(), model.rowCount());
  }

  void lessons_data() {
    QTest::addColumn<QString>("description");
    QTest::addColumn<QString>("lesson");
    QTest::newRow("named")
        << "A story.\n\nLesson: look at the share of hits before you quote\n  the speed of a hit. More."
        << "Look at the share of hits before you quote the speed of a hit.";
    QTest::newRow("a short one takes the next") << "A.\n\nLesson: 1 / (1 - u). Plan for 70 %, not for 95 %."
                                                << "1 / (1 - u). Plan for 70 %, not for 95 %.";
    QTest::newRow("the last paragraph") << "A story.\n\nNext day's cure: several web servers behind a balancer."
                                        << "Next day's cure: several web servers behind a balancer.";
    QTest::newRow("the last sentence") << "Three in the morning. Only the growth is given; all else follows."
                                       << "Only the growth is given; all else follows.";
    QTest::newRow("nothing") << ""
                             << "";
  }
  void lessons() {
    QFETCH(QString, description);
    QFETCH(QString, lesson);
    QCOMPARE(lessonOf(description, description), lesson);
  }

  void publicationsAreNamed() {
    QCOMPARE(citationOf(QStringLiteral("Budget them.\n  After Bronson et al., Metastable Failures (HotOS 2021).")),
             QStringLiteral("Bronson et al., Metastable Failures (HotOS 2021)"));
    QCOMPARE(citationOf(QStringLiteral("It grows. After the mend it takes longer (much).")), QString());
  }

  void searchAndFiltersNarrow() {
    const int all = shown();
    QTest::keyClicks(&dialog_->search(), QStringLiteral("RETRY budget"));
    QVERIFY(shown() > 0 && shown() < all);
    QTest::keyClicks(&dialog_->search(), QStringLiteral(" nothing has this"));
    QCOMPARE(shown(), 0);
    QVERIFY(!list().isVisible());
    dialog_->search().clear();
    QCOMPARE(shown(), all);
    QVERIFY(list().isVisible());

    int sum = 0;
    for (int row = 1; row < dialog_->groups().count(); ++row) {
      dialog_->groups().setCurrentRow(row);
      sum += shown();
    }
    QCOMPARE(sum, all);
    dialog_->groups().setCurrentRow(0);
    sum = 0;
    for (int i = 1; i < dialog_->sources().count(); ++i) {
      dialog_->sources().setCurrentIndex(i);
      QVERIFY(shown() > 0);
      sum += shown();
    }
    QCOMPARE(sum, all);
    dialog_->sources().setCurrentIndex(0);
    sum = 0;
    for (int i = 1; i < dialog_->lengths().count(); ++i) {
      dialog_->lengths().setCurrentIndex(i);
      sum += shown();
    }
    QCOMPARE(sum, all);
    dialog_->lengths().setCurrentIndex(0);
    QVERIFY(dialog_->kinds().count() > 3);
    for (int i = 1; i < dialog_->kinds().count(); ++i) {
      dialog_->kinds().setCurrentIndex(i);
      QVERIFY(shown() > 0 && 2 * shown() <= all);
      for (int row = 0; row < shown(); ++row)
        QVERIFY(dialog_->filter()
                    .entryAt(dialog_->filter().index(row, 0))
                    .concepts.contains(dialog_->kinds().currentData().toString()));
    }
  }

  void enterOpensWhatIsSelected() {
    QTest::keyClick(&dialog_->search(), Qt::Key_Return);
    QCOMPARE(chosen_, QStringList{model_->entry(0).path});
    QVERIFY(!dialog_->isVisible());
  }

  void keysWalkTheCards() {
    QTest::keyClick(&dialog_->search(), Qt::Key_Down);
    QVERIFY(list().hasFocus());
    QTest::keyClick(&list(), Qt::Key_Right);
    QCOMPARE(list().currentIndex().row(), 1);
    QTest::keyClick(&list(), Qt::Key_Return);
    QCOMPARE(chosen_, QStringList{model_->entry(1).path});
  }

  void typingInTheCardsSearches() {
    QTest::keyClick(&dialog_->search(), Qt::Key_Down);
    QTest::keyClick(&list(), Qt::Key_Q);
    QTest::keyClicks(&dialog_->search(), QStringLiteral("ueue"));
    QCOMPARE(dialog_->search().text(), QStringLiteral("queue"));
    QVERIFY(shown() < model_->rowCount());
  }

  void aClickOpensACard() {
    const QModelIndex third = dialog_->filter().index(2, 0);
    click(list(), third);
    QCOMPARE(chosen_, QStringList{model_->entry(2).path});
  }

  void escapeOpensNothing() {
    QTest::keyClick(&dialog_->search(), Qt::Key_Escape);
    QVERIFY(!dialog_->isVisible());
    QVERIFY(chosen_.isEmpty());
  }

  // Every architecture is drawn inside its rectangle, and there is something to see.
  void everyScenarioHasADrawing() {
    for (int row = 0; row < model_->rowCount(); ++row) {
      QImage image(260, 130, QImage::Format_ARGB32_Premultiplied);
      image.fill(Qt::transparent);
      QPainter painter(&image);
      const QRectF inside(20, 20, 220, 90);
      paintThumbnail(painter, inside, model_->entry(row).scenario);
      painter.end();
      int painted = 0, outside = 0;
      for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
          if (qAlpha(image.pixel(x, y)) == 0) continue;
          ++painted;
          // An arrow that leads back may swing out a little.
          outside += !inside.adjusted(-14, -14, 14, 14).contains(x, y);
        }
      QVERIFY2(painted > 200, qPrintable(model_->entry(row).id));
      QVERIFY2(outside == 0, qPrintable(model_->entry(row).id));
    }
  }

  void progressIsRemembered() {
    QTemporaryDir folder;
    const Memory memory{{}, {}, folder.filePath(QStringLiteral("lessons.json"))};
    {
      Progress progress(memory);
      QSignalSpy changed(&progress, &Progress::changed);
      progress.mark(QStringLiteral("Jitter"), Progress::Mark::Opened);
      progress.mark(QStringLiteral("Jitter"), Progress::Mark::Done);
      progress.mark(QStringLiteral("Jitter"), Progress::Mark::Opened);
      progress.reach(QStringLiteral("A"), 2, 5);
      progress.reach(QStringLiteral("A"), 1, 5);  // who goes back has seen it all the same
      QCOMPARE(changed.count(), 3);
    }
    Progress again(memory);
    QVERIFY(again.of(QStringLiteral("Jitter")) == Progress::Mark::Done);
    QCOMPARE(again.at(QStringLiteral("A")).step, std::size_t{2});
    QVERIFY(again.of(QStringLiteral("B")) == Progress::Mark::None);
  }

  // What the command line's `lesson --next` has remembered shows on the cards, and the other way round.
  void theCommandLineKeepsTheSameProgress() {
    dialog_->reject();
    QTemporaryDir folder;
    qputenv("XDG_DATA_HOME", folder.path().toUtf8());
    const QString file = kLibrary + QStringLiteral("/foundations/hockey_stick.yaml");
    const Memory memory{{}, {}, folder.filePath(QStringLiteral("faultline/lessons.json"))};
    Progress progress(memory);
    GalleryModel model(kLibrary, progress, *language_);
    QSignalSpy loaded(&model, &GalleryModel::loaded);
    model.load();
    QVERIFY(loaded.wait(kPatienceMs));
    int row = 0;
    while (model.entry(row).path != file) ++row;
    const auto seen = [&] { return model.index(row).data(GalleryModel::SeenRole).toInt(); };
    QCOMPARE(seen(), 0);
    QCOMPARE(runFaultline({"lesson", file, "--next", "--quiet"}).status, 0);
    progress.refresh();
    QCOMPARE(seen(), 1);
    progress.reach(model.entry(row).name, 2,
                   static_cast<std::size_t>(model.index(row).data(GalleryModel::StepsRole).toInt()));
    const ProgramResult third = runFaultline({"lesson", file, "--next", "--quiet"});
    QVERIFY2(third.out.contains("3/"), third.out.constData());
    qunsetenv("XDG_DATA_HOME");
  }

  void cardsSpeakTheLanguageOfTheLessons() {
    const QModelIndex hockey = [&] {
      for (int row = 0; row < model_->rowCount(); ++row)
        if (model_->entry(row).id == QLatin1String("foundations/hockey_stick.yaml")) return model_->index(row);
      return QModelIndex();
    }();
    const QString english = hockey.data().toString();
    QSignalSpy changed(model_, &QAbstractItemModel::dataChanged);
    language_->choose(QStringLiteral("de"));
    QVERIFY(changed.wait(kPatienceMs));
    const LibraryEntry& entry = model_->entry(hockey.row());
    const Translation texts = LessonLanguage::textsOf(entry.path, QStringLiteral("de"));
    QCOMPARE(hockey.data().toString(), QString::fromStdString(texts.of(entry.scenario.name)));
    QVERIFY(hockey.data().toString() != english);
    const QString lesson = hockey.data(GalleryModel::LessonRole).toString();
    QVERIFY2(!lesson.startsWith(QLatin1String("Lehre")), qPrintable(lesson));
    dialog_->search().setText(hockey.data().toString());
    QCOMPARE(shown(), 1);
    // The English name still finds it.
    dialog_->search().setText(english);
    QVERIFY(shown() >= 1);
    changed.clear();
    language_->choose(QStringLiteral("en"));
    QVERIFY(changed.wait(kPatienceMs));
    QCOMPARE(hockey.data().toString(), english);
  }

  // A first start: the gallery is there, and one click leads to a system that runs.
  void aNewcomerSeesTheFlagshipRunning() {
    dialog_->reject();
    QTemporaryDir folder;
    const Memory memory{folder.filePath(QStringLiteral("studio.ini")), folder.filePath(QStringLiteral("recovery")),
                        folder.filePath(QStringLiteral("lessons.json"))};
    {
      MainWindow window(memory);
      window.show();
      window.files().begin();
      GalleryDialog& gallery = window.files().gallery();
      QVERIFY(gallery.isVisible());
      QTRY_VERIFY_WITH_TIMEOUT(gallery.filter().rowCount() > 0, kPatienceMs);
      click(gallery.list(), gallery.filter().index(0, 0));
      QVERIFY(!gallery.isVisible());
      QTRY_VERIFY_WITH_TIMEOUT(window.run().now().ns > 0, kPatienceMs);
      QVERIFY(window.run().state() == RunState::Running);
      QCOMPARE(QFileInfo(window.document().filePath()).fileName(), QLatin1String(kFlagship));
      QVERIFY(window.teachingPanels().progress().of(progressName(window.document().scenario(), {})) ==
              Progress::Mark::Opened);
    }
    MainWindow window(memory);
    window.files().begin();
    QVERIFY(!window.files().gallery().isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(window.run().state() == RunState::Running, kPatienceMs);
  }

  void aRunToTheEndIsVerified() {
    dialog_->reject();
    MainWindow window;
    const QString id = QStringLiteral("foundations/jitter.yaml");
    QVERIFY(window.files().open(kLibrary + QLatin1Char('/') + id));
    const QString name = progressName(window.document().scenario(), {});
    window.run().setSpeed(kMaxSpeed);
    window.document().apply("a", edits::setSetting("seed=3"));
    window.run().play();
    QTRY_VERIFY_WITH_TIMEOUT(window.run().state() == RunState::Finished, kPatienceMs);
    QVERIFY(window.teachingPanels().progress().of(name) == Progress::Mark::Opened);
    window.document().undoStack()->undo();
    window.run().reset();
    window.run().play();
    QTRY_VERIFY_WITH_TIMEOUT(window.teachingPanels().progress().of(name) == Progress::Mark::Done, kPatienceMs);
  }
};

QTEST_MAIN(GalleryTest)
#include "gallery_test.moc"
