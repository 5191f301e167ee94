// faultline verify, kinds and schema.
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>

#include "support/program.h"

class VerifyTest : public QObject {
  Q_OBJECT
 private slots:
  void init();
  void passesWhatHolds();
  void failsWhatDoesNot();
  void holdsQuestionsToOneRightAnswer();
  void wantsExpectationsOfTheLibrary();
  void comparesWithWhatWasAccepted();
  void tellsInvalidFromFailed();
  void printsJson();
  void listsKinds();
  void schemaIsJson();

 private:
  QString scenario(const char* name) const { return dir_->filePath(QString("scenarios/deep/") + name); }
  void write(const char* name, const QByteArray& text) const;

  std::unique_ptr<QTemporaryDir> dir_;
  QByteArray text_;
};

void VerifyTest::init() {
  dir_ = std::make_unique<QTemporaryDir>();
  QVERIFY(QDir(dir_->path()).mkpath("scenarios/deep"));
  QFile file(sourceFile("tests/cli/two_tier.yaml"));
  QVERIFY(file.open(QIODevice::ReadOnly));
  text_ = file.readAll();
}

void VerifyTest::write(const char* name, const QByteArray& text) const {
  QFile file(scenario(name));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(text);
}

void VerifyTest::passesWhatHolds() {
  write("good.yaml", text_);
  const ProgramResult r = runFaultline({"verify", scenario("good.yaml")});
  QCOMPARE(r.status, 0);
  QVERIFY2(r.out.contains("3 of 3"), r.out);
  QVERIFY2(r.out.contains("1 scenarios: 1 fine, 0 failed, 0 invalid"), r.out);
}

void VerifyTest::failsWhatDoesNot() {
  write("good.yaml", text_);
  write("bad.yaml", text_ + "  - failed(users) < 3\n");
  const ProgramResult r = runFaultline({"verify", scenario("good.yaml"), scenario("bad.yaml")});
  QCOMPARE(r.status, 1);
  QVERIFY2(r.out.contains("bad.yaml: expected failed(users) < 3, but failed(users) is "), r.out);
  QVERIFY2(r.out.contains("2 scenarios: 1 fine, 1 failed, 0 invalid"), r.out);
}

void VerifyTest::holdsQuestionsToOneRightAnswer() {
  const auto lesson = [](const char* other) {
    return QByteArray("\nlesson:\n  - title: t\n    question: How many fail?\n    choices:\n") +
           "      - {text: none, holds: failed(users) >= 0}\n      - {text: all, holds: " + other + "}\n";
  };
  write("good.yaml", text_ + lesson("failed(users) < 0"));
  QCOMPARE(runFaultline({"verify", scenario("good.yaml")}).status, 0);
  write("bad.yaml", text_ + lesson("offered(users) > 0"));
  const ProgramResult r = runFaultline({"verify", scenario("bad.yaml")});
  QCOMPARE(r.status, 1);
  QVERIFY2(r.out.contains("the question \"How many fail?\" has 2 right answers of 2"), r.out);
}

void VerifyTest::wantsExpectationsOfTheLibrary() {
  QTemporaryDir folder;
  QVERIFY(QDir(folder.path()).mkpath("scenarios"));
  QFile file(folder.filePath("scenarios/silent.yaml"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("faultline: 1\nduration: 5s\nnodes:\n  u: {kind: client, rate: 1/s}\n  a: {kind: service, work: 1ms}\nedges: [u -> a]\n");
  file.close();
  QCOMPARE(runFaultline({"verify", file.fileName()}).status, 0);
  const QString before = QDir::currentPath();
  QVERIFY(QDir::setCurrent(folder.path()));
  const ProgramResult library = runFaultline({"verify"});
  QVERIFY(QDir::setCurrent(before));
  QCOMPARE(library.status, 1);
  QVERIFY2(library.out.contains("nothing is expected of it"), library.out.constData());
}

void VerifyTest::comparesWithWhatWasAccepted() {
  write("good.yaml", text_);
  const QString golden = dir_->filePath("tests/golden/deep/good.golden");
  QVERIFY(runFaultline({"verify", scenario("good.yaml")}).out.contains("none"));
  QVERIFY(!QFile::exists(golden));
  QCOMPARE(runFaultline({"verify", "--update", scenario("good.yaml")}).status, 0);
  QVERIFY(QFile::exists(golden));
  const ProgramResult same = runFaultline({"verify", scenario("good.yaml")});
  QCOMPARE(same.status, 0);
  QVERIFY(same.out.contains("same"));
  write("good.yaml", text_.replace("seed: 3", "seed: 4"));
  const ProgramResult other = runFaultline({"verify", scenario("good.yaml")});
  QCOMPARE(other.status, 1);
  QVERIFY2(other.out.contains("differs from what was accepted: events "), other.out);
  QCOMPARE(runFaultline({"verify", "--update", scenario("good.yaml")}).status, 0);
  QCOMPARE(runFaultline({"verify", scenario("good.yaml")}).status, 0);
}

void VerifyTest::tellsInvalidFromFailed() {
  write("broken.yaml", "faultline: 1\n");
  const ProgramResult r = runFaultline({"verify", scenario("broken.yaml")});
  QCOMPARE(r.status, 2);
  QVERIFY(r.out.contains("INVALID"));
  QVERIFY(r.err.contains("error:"));
}

void VerifyTest::printsJson() {
  write("good.yaml", text_);
  write("bad.yaml", text_ + "  - failed(users) < 3\n");
  write("wrong.yaml", "nodes: 3\n");
  const ProgramResult r =
      runFaultline({"verify", "--format", "json", scenario("good.yaml"), scenario("bad.yaml"), scenario("wrong.yaml")});
  QCOMPARE(r.status, 2);
  const QJsonArray list = QJsonDocument::fromJson(r.out).array();
  QCOMPARE(list.size(), 3);
  QCOMPARE(list[0]["verdict"].toString(), QString("ok"));
  QCOMPARE(list[0]["passed"].toInt(), 3);
  QVERIFY(list[0]["failures"].toArray().isEmpty());
  QCOMPARE(list[1]["verdict"].toString(), QString("FAILED"));
  QVERIFY(list[1]["failures"][0].toString().startsWith("expected failed(users) < 3"));
  QCOMPARE(list[2]["verdict"].toString(), QString("INVALID"));
}

void VerifyTest::listsKinds() {
  const ProgramResult all = runFaultline({"kinds"});
  QCOMPARE(all.status, 0);
  QVERIFY(all.out.contains("client"));
  const ProgramResult one = runFaultline({"kinds", "service"});
  QCOMPARE(one.status, 0);
  QVERIFY(one.out.contains("workers"));
  QCOMPARE(runFaultline({"--version"}).status, 0);
  QCOMPARE(runFaultline({"--help"}).status, 0);
}

void VerifyTest::schemaIsJson() {
  const ProgramResult r = runFaultline({"schema"});
  QCOMPARE(r.status, 0);
  QVERIFY(r.json().contains("$schema"));
}

QTEST_GUILESS_MAIN(VerifyTest)
#include "verify_test.moc"
