// Every challenge of the library can be mastered as it is meant, and not by buying or by the first thing one thinks of.
#include <QDir>
#include <QFile>
#include <QtTest>

#include "analysis/grade.h"
#include "io/yaml_reader.h"
#include "support/program.h"

using namespace faultline;

namespace {

struct Attempt {
  QString challenge, mended, vain;
};

std::vector<Attempt> attempts() {
  QFile file(sourceFile("tests/challenges/answers.txt"));
  if (!file.open(QIODevice::ReadOnly)) qFatal("no answers.txt");
  std::vector<Attempt> all;
  for (const QByteArray& line : file.readAll().split('\n')) {
    if (line.startsWith('#') || line.trimmed().isEmpty()) continue;
    const QStringList parts = QString::fromUtf8(line).split(" | ");
    if (parts.size() != 3) qFatal("answers.txt: %s", line.constData());
    all.push_back({parts[0].trimmed(), parts[1].trimmed(), parts[2].trimmed()});
  }
  return all;
}

Scenario given(const QString& challenge) {
  const QString path = sourceFile("scenarios/challenges/" + challenge + ".yaml");
  Result<Scenario> read = readScenarioFile(path.toStdString());
  for (const Diagnostic& d : read.diagnostics) qWarning("%s", toString(d).c_str());
  if (!read.ok()) qFatal("%s", qPrintable(path));
  return read.value;
}

// Settings are parted by semicolons. "NEW.yaml" instead of settings names a whole design beside answers.txt.
Scenario answerTo(const Scenario& challenge, const QString& settings) {
  if (settings.endsWith(".yaml")) {
    const Result<Scenario> read = readScenarioFile(sourceFile("tests/challenges/" + settings).toStdString());
    for (const Diagnostic& d : read.diagnostics) qWarning("%s", toString(d).c_str());
    return read.value;
  }
  Scenario answer = challenge;
  for (const QString& setting : settings.split(';')) {
    const Diagnostics problems = applySetting(answer, setting.trimmed().toStdString());
    if (!problems.empty()) qFatal("%s: %s", qPrintable(setting), toString(problems.front()).c_str());
  }
  return answer;
}

Grade graded(const Scenario& challenge, const Scenario& answer) {
  std::vector<ExamResult> results;
  if (ruleBreaks(challenge, answer).empty())
    for (std::size_t k = 0; k < 2; ++k) {
      const Scenario examined = examination(challenge, answer, k);
      Simulation simulation(examined);
      simulation.runToEnd();
      results.push_back(resultOf(examined, simulation));
    }
  return gradeOf(challenge, answer, results);
}

}  // namespace

class AnswersTest : public QObject {
  Q_OBJECT

 private slots:
  void everyChallengeHasAnAnswer() {
    QStringList known;
    for (const Attempt& a : attempts()) known << a.challenge + ".yaml";
    const QStringList there = QDir(sourceFile("scenarios/challenges")).entryList({"*.yaml"}, QDir::Files);
    QVERIFY(there.size() >= 12);
    for (const QString& file : there) QVERIFY2(known.contains(file), qPrintable(file));
  }

  void answers_data() {
    QTest::addColumn<QString>("mended");
    QTest::addColumn<QString>("vain");
    for (const Attempt& a : attempts()) QTest::newRow(qPrintable(a.challenge)) << a.mended << a.vain;
  }
  void answers() {
    QFETCH(QString, mended);
    QFETCH(QString, vain);
    const Scenario challenge = given(QTest::currentDataTag());
    const Grade good = graded(challenge, answerTo(challenge, mended));
    QVERIFY2(good.passed, gradeText(challenge, good).c_str());
    const Grade bad = graded(challenge, answerTo(challenge, vain));
    QVERIFY2(!bad.passed, gradeText(challenge, bad).c_str());
  }
};

QTEST_APPLESS_MAIN(AnswersTest)
#include "answers_test.moc"
