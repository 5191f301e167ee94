// What every lesson of the library has to offer before a run: steps, a moment to stop at, things to look at, questions
// about what is still to come. `faultline verify` runs them and holds each question to one right answer.
#include <QDirIterator>
#include <QtTest>
#include <set>

#include "analysis/lesson.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

constexpr std::size_t kFewestSteps = 3, kMostSteps = 6;

void checkQuestion(const LessonStep& step, SimTime asked, const Scenario& scenario, const std::string& where) {
  std::set<std::string> texts, expectations;
  for (const LessonChoice& choice : step.choices) {
    QVERIFY2(!choice.text.empty() && texts.insert(choice.text).second, where.c_str());
    QVERIFY2(expectations.insert(choice.holds).second, where.c_str());
  }
  QVERIFY2(step.choices.size() >= 2, where.c_str());
  // Who is asked for a prediction must not have seen the answer yet.
  QVERIFY2(answeredAt(scenario, step) > asked, where.c_str());
}

}  // namespace

class LibraryLessonsTest : public QObject {
  Q_OBJECT
 private slots:
  void offers_data() {
    QTest::addColumn<QString>("file");
    const QString folder = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios");
    QDirIterator it(folder, {QStringLiteral("*.yaml")}, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext()) {
      const QString file = it.next();
      QTest::newRow(qPrintable(QDir(folder).relativeFilePath(file))) << file;
    }
  }

  void offers() {
    QFETCH(QString, file);
    const auto read = readScenarioFile(file.toStdString());
    QVERIFY2(!hasErrors(read.diagnostics), qPrintable(file));
    const Scenario& scenario = read.value;
    QVERIFY(scenario.lesson.size() >= kFewestSteps && scenario.lesson.size() <= kMostSteps);
    SimTime reached{}, answered{};
    std::size_t questions = 0, highlights = 0, stops = 0;
    for (const LessonStep& step : scenario.lesson) {
      const std::string where = step.title + ": " + step.question;
      if (step.at) reached = *step.at;
      // Finding the answer must not carry the run past the next moment to stop at.
      QVERIFY2(!step.at || answered <= *step.at, where.c_str());
      stops += step.at.has_value();
      highlights += step.highlight.size();
      QVERIFY2(!step.text.empty(), where.c_str());
      if (step.question.empty()) continue;
      ++questions;
      answered = std::max(answered, answeredAt(scenario, step));
      checkQuestion(step, reached, scenario, where);
      if (QTest::currentTestFailed()) return;
    }
    QVERIFY(questions > 0 && highlights > 0 && stops > 0);
  }
};

QTEST_APPLESS_MAIN(LibraryLessonsTest)
#include "library_lessons_test.moc"
