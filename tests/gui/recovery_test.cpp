#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <cstdio>

#include "gui/document/autosave.h"
#include "gui/document/document.h"
#include "gui/document/recovery.h"
#include "gui/file_commands.h"
#include "gui/main_window.h"
#include "gui/panels/recovery_bar.h"

using namespace faultline;

namespace {

const QString kCascade = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml");
constexpr int kPatienceMs = 30'000;

// A text that tells whether it is whole: the number stands at both ends of a long middle.
QString longText(int number) {
  return QStringLiteral("%1 begins\n%2\n%1 ends").arg(number).arg(QString(200'000, QLatin1Char('x')));
}

void say(const char* line) {
  std::fputs(line, stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

// --- what the processes do that are killed: `--other KIND FOLDER FILE`

// Writes one version after the other without pause, so that whoever kills it most likely does so in the middle.
int writeForEver(const QString& folder) {
  const QString file = folder + QStringLiteral("/work.yaml");
  const auto lock = lockOf(file);
  lock->tryLock(0);
  for (int number = 1;; ++number) {
    if (!writeRecovery(file, {QStringLiteral("/somewhere.yaml"), false, longText(number)}).isEmpty()) return 1;
    if (number == 1) say("kept");
  }
}

// A window in which somebody edits: sixty changes, then a pause.
int editInWindow(const QString& folder, const QString& path) {
  MainWindow window({folder + QStringLiteral("/studio.ini"), folder + QStringLiteral("/recovery")});
  window.show();
  if (!window.files().open(path)) return 1;
  for (int i = 1; i <= 60; ++i)
    window.document().apply(QStringLiteral("Move"), edits::move({{"app", {10.0 * i, 0}}, {"db", {0, 10.0 * i}}}));
  QObject::connect(&window.files().autosave(), &Autosave::written, [&] {
    if (window.files().autosave().isIdle()) say("kept");
  });
  return QCoreApplication::exec();
}

int session(const QStringList& arguments) {
  if (arguments[2] == QLatin1String("write")) return writeForEver(arguments[3]);
  return editInWindow(arguments[3], arguments[4]);
}

class OtherProcess {
 public:
  OtherProcess(const char* kind, const QString& folder, const QString& path = {}) {
    process_.start(QCoreApplication::applicationFilePath(), {"--other", QLatin1String(kind), folder, path});
  }
  // Returns once it said that its work is on disk.
  bool hasKept() {
    while (!process_.readAllStandardOutput().contains("kept"))
      if (!process_.waitForReadyRead(kPatienceMs)) return false;
    return true;
  }
  void kill() {
    process_.kill();  // SIGKILL
    process_.waitForFinished();
  }
  bool wasKilled() const { return process_.exitStatus() == QProcess::CrashExit; }

 private:
  QProcess process_;
};

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class RecoveryTest : public QObject {
  Q_OBJECT

 private slots:
  void aFileHoldsWhatWasWritten() {
    const UnsavedWork work{QStringLiteral("/a folder/ä \"b\".yaml"), true, QStringLiteral("faultline: 1\nname: ü\n")};
    QVERIFY(fromFile(toFile(work)) == work);
    QVERIFY(fromFile({}).text.isEmpty());
    QVERIFY(fromFile("faultline: 1\n").text.isEmpty());
    QVERIFY(fromFile(toFile(work).left(20)).text.isEmpty());
  }

  // Whatever the moment, the file is one whole version.
  void aKillInTheMiddleOfWritingLeavesAWholeVersion() {
    QTemporaryDir folder;
    QRandomGenerator moments(7);
    for (int kill = 0; kill < 6; ++kill) {
      OtherProcess other("write", folder.path());
      QVERIFY(other.hasKept());
      QTest::qSleep(static_cast<int>(moments.bounded(30)));
      other.kill();
      QVERIFY(other.wasKilled());
      LeftWork left(folder.path());
      QCOMPARE(left.entries().size(), std::size_t{1});
      const QString text = left.entries()[0].work.text;
      QCOMPARE(text, longText(text.section(QLatin1Char(' '), 0, 0).toInt()));
      left.dropFirst();
      // Neither does the rest of an unfinished version stay.
      QCOMPARE(QDir(folder.path()).entryList({QStringLiteral("*.yaml*")}, QDir::Files), QStringList());
    }
  }

  void aKilledSessionIsOfferedAndRecovered() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("mine.yaml"));
    QVERIFY(QFile::copy(kCascade, path));
    const QByteArray before = contentOf(path);
    {
      OtherProcess other("window", folder.path(), path);
      QVERIFY(other.hasKept());
      other.kill();
      QVERIFY(other.wasKilled());
    }
    QCOMPARE(contentOf(path), before);

    const Memory memory{folder.filePath(QStringLiteral("studio.ini")), folder.filePath(QStringLiteral("recovery")), {}};
    MainWindow window(memory);
    window.show();
    FileCommands& files = window.files();
    files.offerLeftWork();
    QVERIFY(files.recoveryBar().isVisible());
    QVERIFY(files.recoveryBar().text().text().contains(QStringLiteral("Missing-index cascade")));
    QTest::mouseClick(&files.recoveryBar().recoverButton(), Qt::LeftButton);
    QVERIFY(!files.recoveryBar().isVisible());
    Document& document = window.document();
    QCOMPARE(edits::placeOf(document.scenario(), "app")->x, 600.0);
    QCOMPARE(edits::placeOf(document.scenario(), "db")->y, 600.0);
    QVERIFY(document.isModified());
    QVERIFY(document.canRun());
    QCOMPARE(document.filePath(), path);
    // It is in this session's file now, and in no other.
    QCOMPARE(QDir(memory.recoveryFolder).entryList({QStringLiteral("*.yaml")}, QDir::Files),
             QStringList{QFileInfo(files.autosave().file()).fileName()});
    QCOMPARE(document.save(path), QString());
    QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(files.autosave().file()), kPatienceMs);
    Document again;
    QVERIFY(again.open(path));
    QVERIFY(again.scenario() == document.scenario());
  }

  void whatIsPostponedComesAgainAndWhatIsDroppedDoesNot() {
    QTemporaryDir folder;
    const auto leave = [&](const char* name) {
      const QString file = folder.filePath(QLatin1String(name) + QStringLiteral(".yaml"));
      QVERIFY(writeRecovery(file, {{}, false, QStringLiteral("faultline: 1\nname: %1\n").arg(QLatin1String(name))})
                  .isEmpty());
    };
    leave("one");
    leave("two");
    RecoveryBar bar;
    bar.offer(std::make_unique<LeftWork>(folder.path()));
    QVERIFY(bar.isVisible());
    QTest::mouseClick(&bar.laterButton(), Qt::LeftButton);
    QVERIFY(bar.isVisible());
    QTest::mouseClick(&bar.dropButton(), Qt::LeftButton);
    QVERIFY(!bar.isVisible());
    QCOMPARE(LeftWork(folder.path()).entries().size(), std::size_t{1});
  }

  void aLivingSessionKeepsItsWorkToItself() {
    QTemporaryDir folder;
    Document document;
    Autosave autosave(document, folder.path());
    QSignalSpy written(&autosave, &Autosave::written);
    document.apply("a", edits::setSetting("seed=5"));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(autosave.file()), kPatienceMs);
    QVERIFY(LeftWork(folder.path()).isEmpty());
    QVERIFY(fromFile(contentOf(autosave.file())).text.contains(QStringLiteral("seed: 5")));
  }

  void whatIsInItsFileIsNotKeptTwice() {
    QTemporaryDir folder;
    Document document;
    {
      Autosave autosave(document, folder.filePath(QStringLiteral("recovery")));
      document.apply("a", edits::setSetting("seed=5"));
      autosave.flush();
      QVERIFY(QFile::exists(autosave.file()));
      document.undoStack()->undo();
      QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(autosave.file()), kPatienceMs);
      document.undoStack()->redo();
      autosave.flush();
      QVERIFY(QFile::exists(autosave.file()));
      QCOMPARE(document.save(folder.filePath(QStringLiteral("a.yaml"))), QString());
      QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(autosave.file()), kPatienceMs);
      document.apply("b", edits::setSetting("seed=6"));
      autosave.flush();
    }
    // It ended in order: what was not saved then was given up.
    QCOMPARE(QDir(folder.filePath(QStringLiteral("recovery"))).entryList(QDir::Files), QStringList());
  }

  void anUnfinishedDesignIsKeptAsItIs() {
    QTemporaryDir folder;
    Document document;
    document.apply("a", edits::addNode({"lb", "load_balancer", {}, {}, {}, {}}, {3, 4}));
    QVERIFY(!document.canRun());
    Autosave autosave(document, folder.path());
    autosave.flush();
    Document again;
    again.recover(fromFile(contentOf(autosave.file())));
    QVERIFY(again.scenario() == document.scenario());
    QVERIFY(again.isModified());
    QVERIFY(!again.isDamaged());
  }

  void partsThatCouldNotBeReadAreNotOverwrittenAfterARecoveryEither() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("broken.yaml"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("faultline: 1\nnodes:\n  users: {kind: client, rate: quick}\n  app: {kind: service}\n");
    file.close();
    Document document;
    document.open(path);
    QVERIFY(document.isDamaged());
    document.apply("a", edits::setSetting("seed=5"));
    Autosave autosave(document, folder.filePath(QStringLiteral("recovery")));
    autosave.flush();
    Document again;
    again.recover(fromFile(contentOf(autosave.file())));
    QVERIFY(again.isDamaged());
    QVERIFY(!again.save(path).isEmpty());
  }

  void aFolderThatCannotBeWrittenIsSaidOnce() {
    QTemporaryDir folder;
    Document document;
    Autosave autosave(document, folder.filePath(QStringLiteral("recovery")));
    QVERIFY(QDir(folder.filePath(QStringLiteral("recovery"))).removeRecursively());
    QSignalSpy failed(&autosave, &Autosave::failed);
    document.apply("a", edits::setSetting("seed=5"));
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatienceMs);
    QVERIFY(!failed[0][0].toString().isEmpty());
  }
};

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  const QStringList arguments = QCoreApplication::arguments();
  if (arguments.size() > 4 && arguments[1] == QLatin1String("--other")) return session(arguments);
  RecoveryTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "recovery_test.moc"
