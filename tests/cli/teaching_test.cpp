// faultline lesson, handout, texts, run --seat --hide-timeline, guess, round, board: what they print and how they end.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "support/program.h"

namespace {

QString hockey() { return sourceFile("scenarios/foundations/hockey_stick.yaml"); }
QString incident() { return sourceFile("tests/explain/incidents/slow_database.yaml"); }

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TeachingCommandsTest : public QObject {
  Q_OBJECT
 private slots:
  void lessonsSpeakGerman() {
    const ProgramResult german = runFaultline({"lesson", hockey(), "--lang", "de", "--quiet"});
    QCOMPARE(german.status, 0);
    QVERIFY(german.out.contains("Hockeyschl\xc3\xa4ger") && !german.out.contains("The other half"));
    const ProgramResult none = runFaultline({"lesson", hockey(), "--lang", "xx", "--quiet"});
    QCOMPARE(none.status, 0);
    QVERIFY(none.out.contains("The other half") && none.err.contains("warning"));
    QCOMPARE(runFaultline({"lesson", hockey(), "--lang", "../de"}).status, 2);
    const ProgramResult hint =
        runFaultline({"grade", sourceFile("scenarios/challenges/slow_partner.yaml"), "--hints", "1", "--lang", "de"});
    QVERIFY2(hint.out.contains("Welche Knoten"), hint.out.constData());
  }

  void textsForTranslators() {
    const ProgramResult r = runFaultline({"texts", hockey(), "--lang", "de"});
    QCOMPARE(r.status, 0);
    QCOMPARE(r.out, contentOf(sourceFile("scenarios/lang/de/foundations/hockey_stick.po")));
    QVERIFY(runFaultline({"texts", hockey(), "--lang", "fr"}).out.contains("msgid \"The curve\"\nmsgstr \"\""));
  }

  void stepByStep() {
    QTemporaryDir home;
    qputenv("XDG_DATA_HOME", home.path().toUtf8());
    const QStringList next{"lesson", hockey(), "--next", "--quiet"};
    const QByteArray first = runFaultline(next).out, second = runFaultline(next).out, third = runFaultline(next).out,
                     end = runFaultline(next).out;
    QVERIFY2(first.startsWith("1/3") && !first.contains(" * "), first.constData());  // the question is open
    QVERIFY2(second.contains("  * Less than twice or so") && second.contains("2/3"), second.constData());
    QVERIFY2(third.contains("3/3  The curve"), third.constData());
    QVERIFY2(end.contains("last of 3 steps"), end.constData());
    QVERIFY(runFaultline(next + QStringList{"--restart"}).out.startsWith("1/3"));
    qunsetenv("XDG_DATA_HOME");
  }

  void damagedProgressIsNotWrittenOver() {
    QTemporaryDir home;
    qputenv("XDG_DATA_HOME", home.path().toUtf8());
    QVERIFY(QDir(home.path()).mkpath("faultline"));
    QFile file(home.filePath("faultline/lessons.json"));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{bro") == 4);
    file.close();
    const ProgramResult told = runFaultline({"lesson", hockey(), "--next", "--quiet"});
    qunsetenv("XDG_DATA_HOME");
    QVERIFY2(told.out.startsWith("1/3") && told.err.contains("is damaged"), told.err.constData());
    QCOMPARE(contentOf(file.fileName()), QByteArray("{bro"));
  }

  void aBrokenBoardIsSaid() {
    QTemporaryDir dir;
    const QString board = dir.filePath("board.jsonl");
    QCOMPARE(runFaultline({"round", board, "--for", "5min"}).status, 0);
    QFile file(board);
    QVERIFY(file.open(QIODevice::Append) && file.write("{\"broken\n") > 0);
    file.close();
    const ProgramResult told = runFaultline(
        {"guess", sourceFile("scenarios/challenges/slow_partner.yaml"), "partner", "--seat", "Ada", "--board", board});
    QVERIFY2(told.err.contains("board.jsonl:2:"), told.err.constData());
  }

  void handouts() {
    QTemporaryDir dir;
    const QString out = dir.filePath("page.html");
    QCOMPARE(runFaultline({"handout", hockey(), "--lang", "de", "--out", out, "--quiet"}).status, 0);
    const QByteArray page = contentOf(out);
    QVERIFY(page.contains("Bevor Sie beginnen") && page.contains("class=\"choice right\"") && page.contains("<svg"));
    QCOMPARE(runFaultline({"handout", hockey(), "--out", out, "--quiet"}).status, 2);  // it is there already
    QTemporaryDir own;
    const QString copy = own.filePath("lesson.yaml");
    QVERIFY(QFile::copy(hockey(), copy));
    const ProgramResult over = runFaultline({"handout", copy, "--out", copy, "--force", "--quiet"});
    QVERIFY2(over.status == 2 && over.err.contains("names the scenario itself"), over.err.constData());
    QCOMPARE(runFaultline({"check", copy}).status, 0);  // and it is still there
    const ProgramResult noBoard = runFaultline({"board", copy});
    QVERIFY2(noBoard.status == 2 && noBoard.err.count("is not JSON") == 1 &&
                 noBoard.err.contains(" more lines are like this"),
             noBoard.err.constData());
    const ProgramResult bare = runFaultline({"handout", hockey(), "--no-answers"});
    QVERIFY(bare.status == 0 && !bare.out.contains("class=\"choice right\""));
    QCOMPARE(runFaultline({"handout", incident()}).status, 2);  // no lesson
  }

  void hiddenFaults() {
    QTemporaryDir dir;
    const QString out = dir.filePath("seat");
    const ProgramResult r =
        runFaultline({"run", incident(), "--seat", "Ada", "--hide-timeline", "--out", out, "--quiet"});
    QCOMPARE(r.status, 0);
    for (const QByteArray& text : {r.out, contentOf(out + "/scenario.yaml"), contentOf(out + "/summary.json")})
      QVERIFY2(!text.contains("slow: db") && !text.contains("slow db") && !text.contains("timeline:"),
               text.constData());
    // The telemetry still tells.
    QVERIFY(runFaultline({"explain", out}).out.contains("Trigger: db"));
    const ProgramResult bob = runFaultline({"run", incident(), "--seat", "Bob", "--hide-timeline", "--quiet"});
    QVERIFY(bob.out != r.out);
    QCOMPARE(runFaultline({"run", incident(), "--seat", "Ada", "--seed", "3"}).status, 2);
  }

  void aRound() {
    QTemporaryDir dir;
    const QString board = dir.filePath("board.jsonl");
    QCOMPARE(runFaultline({"round", board, "--for", "20min"}).status, 0);
    QCOMPARE(runFaultline({"guess", incident(), "app", "--seat", "Bob", "--board", board}).status, 1);
    QCOMPARE(runFaultline({"guess", incident(), "db", "--seat", "Ada", "--board", board}).status, 0);
    QCOMPARE(runFaultline({"guess", incident(), "db", "--what", "crash"}).status, 1);
    QVERIFY(runFaultline({"guess", incident(), "db", "--what", "crush"}).err.contains("did you mean \"crash\""));
    const ProgramResult wrong = runFaultline({"guess", incident(), "dbb", "--seat", "Ada", "--board", board});
    QVERIFY(wrong.status == 2 && wrong.err.contains("did you mean \"db\""));
    const QString challenge = sourceFile("scenarios/challenges/slow_partner.yaml");
    QCOMPARE(runFaultline({"grade", challenge, "--runs", "1", "--seat", "Bob", "--board", board}).status, 1);
    const ProgramResult shown = runFaultline({"board", board});
    QCOMPARE(shown.status, 0);
    QVERIFY2(shown.out.contains(" left\n") && shown.out.indexOf("Ada") < shown.out.indexOf("Bob"),
             shown.out.constData());
    QCOMPARE(contentOf(board).count('\n'), 4);
    QCOMPARE(runFaultline({"round", board, "--for", "soon"}).status, 2);
    QCOMPARE(runFaultline({"board", dir.filePath("none")}).status, 2);
    QCOMPARE(runFaultline({"guess", incident(), "db", "--board", board}).status, 2);  // whose?
    // Lines added to a file of another sort would spoil it.
    const QString mine = dir.filePath("design.yaml");
    QVERIFY(QFile::copy(challenge, mine));
    const QByteArray before = contentOf(mine);
    QCOMPARE(runFaultline({"round", mine, "--for", "1min"}).status, 2);
    QCOMPARE(runFaultline({"guess", incident(), "db", "--seat", "Ada", "--board", mine}).status, 2);
    QCOMPARE(contentOf(mine), before);
  }
};

QTEST_GUILESS_MAIN(TeachingCommandsTest)
#include "teaching_test.moc"
