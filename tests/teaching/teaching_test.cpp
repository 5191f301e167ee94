// Handouts, seats, scoreboards and how far somebody is.
#include <QFile>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QXmlStreamReader>
#include <QtTest>

#include "engine/simulation.h"
#include "io/yaml_reader.h"
#include "support/program.h"
#include "teaching/handout.h"
#include "teaching/lesson_progress.h"
#include "teaching/lesson_texts.h"
#include "teaching/scoreboard.h"
#include "teaching/seat.h"

using namespace faultline;

namespace {

Scenario scenarioOf(const char* name) {
  Result<Scenario> read = readScenarioFile(sourceFile(QString("scenarios/%1.yaml").arg(name)).toStdString());
  return std::move(read.value);
}

Try tried(const char* seat, const char* task, std::int64_t at, bool passed, std::size_t met, double cost) {
  return {at, seat, task, passed, met, 4, cost, 1};
}

}  // namespace

class TeachingTest : public QObject {
  Q_OBJECT
 private slots:
  void handoutHasEveryStep() {
    const Scenario s = scenarioOf("foundations/hockey_stick");
    Simulation simulation(s);
    simulation.runToEnd();
    const std::vector<LessonAnswer> answers = lessonAnswers(s, simulation.series(), simulation.summary());
    const std::string page = handoutHtml(s, answers, {}, "en"), bare = handoutHtml(s, {}, {}, "en");
    for (const LessonStep& step : s.lesson) {
      QVERIFY2(page.find(escapedHtml(step.title)) != std::string::npos, step.title.c_str());
      for (const LessonChoice& choice : step.choices)
        QVERIFY2(bare.find(escapedHtml(choice.text)) != std::string::npos, choice.text.c_str());
    }
    // What is right stands on the page with the answers only.
    QCOMPARE(QString::fromStdString(page).count("class=\"choice right\""), 2);
    QCOMPARE(QString::fromStdString(bare).count("class=\"choice right\""), 0);
    QVERIFY(page.find(escapedHtml(answers[0].measured[0])) != std::string::npos);
    QVERIFY(page.find("http") == page.find("http://www.w3.org"));  // nothing is fetched
  }

  void handoutIsTranslated() {
    const Scenario s = scenarioOf("challenges/slow_partner");
    Translation words;
    for (const std::string& word : handoutWords()) words.add(word, "[" + word + "]");
    const std::string page = handoutHtml(s, {}, words, "de");
    for (const char* word : {"[Notes]", "[Objectives]", "[Before you begin]", "[changes at most]"})
      QVERIFY2(page.find(word) != std::string::npos, word);
    // The German words are all there.
    QFile file(sourceFile("scenarios/lang/de/handout.po"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const Result<Translation> german = readTranslation(file.readAll().toStdString(), "handout.po");
    QVERIFY(german.ok());
    for (const std::string& word : handoutWords()) QVERIFY2(german.value.find(word) != nullptr, word.c_str());
    QCOMPARE(german.value.texts().size(), handoutWords().size());
  }

  void markdown() {
    QCOMPARE(htmlOf("a **b** *c* `d*<e>*`\n\nf & g"),
             std::string("<p>a <strong>b</strong> <em>c</em> <code>d*&lt;e&gt;*</code></p>\n<p>f &amp; g</p>\n"));
    QCOMPARE(htmlOf("2 * 3 and `open"), std::string("<p>2 * 3 and `open</p>\n"));
  }

  void drawingIsWellFormed() {
    const Scenario s = scenarioOf("missing_index_cascade");
    QXmlStreamReader svg(QByteArray::fromStdString(drawingSvg(s)));
    std::size_t nodes = 0, arrows = 0;
    while (!svg.atEnd()) {
      if (svg.readNext() != QXmlStreamReader::StartElement) continue;
      nodes += svg.attributes().value("class") == u"node";
      arrows += svg.attributes().value("class") == u"arrow";
    }
    QVERIFY2(!svg.hasError(), qPrintable(svg.errorString()));
    QCOMPARE(nodes, s.nodes.size());
    QCOMPARE(arrows, s.edges.size());
    QVERIFY(drawingSvg(Scenario{}).empty());
  }

  void seatsHaveTheirOwnLuck() {
    const Scenario s = scenarioOf("foundations/retry_storm");
    QCOMPARE(seedOfSeat(s, "Ada"), seedOfSeat(s, "Ada"));
    QVERIFY(seedOfSeat(s, "Ada") != seedOfSeat(s, "Bob"));
    QVERIFY(seedOfSeat(s, "Ada") != seedOfSeat(scenarioOf("foundations/hockey_stick"), "Ada"));
  }

  void sealedTellsNothing() {
    const Scenario s = scenarioOf("incidents/zone_outage"), shown = sealed(s);
    QVERIFY(shown.timeline.empty() && shown.expect.empty() && shown.description.empty() && shown.lesson.empty());
    QVERIFY(!sealed(scenarioOf("challenges/slow_partner")).challenge);
    QCOMPARE(shown.nodes, s.nodes);
    QCOMPARE(shown.edges, s.edges);
    const std::vector<std::string> causes = hiddenCauses(s);
    for (const char* place : {"a_lean", "a_app", "db", "a_app_spare"})
      QVERIFY2(std::find(causes.begin(), causes.end(), place) != causes.end(), place);
    QVERIFY(std::find(causes.begin(), causes.end(), "b_app") == causes.end());
    QCOMPARE(hiddenCauses(scenarioOf("postmortems/slack_2022")), (std::vector<std::string>{"cache"}));
  }

  void guesses_data() {
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("verb");
    QTest::addColumn<int>("met");
    QTest::addColumn<int>("of");
    QTest::newRow("both") << "partner"
                          << "slow" << 2 << 2;
    QTest::newRow("the place alone is asked") << "partner"
                                              << "" << 1 << 1;
    QTest::newRow("another verb") << "partner"
                                  << "crash" << 1 << 2;
    QTest::newRow("another place") << "shop"
                                   << "slow" << 1 << 2;
    QTest::newRow("neither") << "shop"
                             << "crash" << 0 << 2;
    QTest::newRow("nothing") << "shop"
                             << "" << 0 << 1;
  }
  void guesses() {
    QFETCH(QString, place);
    QFETCH(QString, verb);
    const Scenario s = scenarioOf("challenges/slow_partner");
    const Try t = judged(s, {place.toStdString(), verb.toStdString()});
    QCOMPARE(t.task, s.name);
    QTEST(static_cast<int>(t.met), "met");
    QTEST(static_cast<int>(t.of), "of");
    QCOMPARE(t.passed, t.met == t.of);
  }

  void whatCanBeGuessed() {
    const Scenario s = scenarioOf("postmortems/slack_2022");
    QCOMPARE(hiddenVerbs(s), (std::vector<std::string>{"flush"}));
    const auto has = [](const std::vector<std::string>& list, const char* name) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    QVERIFY(has(verbsAt(s, "cache"), "flush") && has(verbsAt(s, "cache"), "crash") && has(verbsAt(s, "cache"), "set"));
    const std::vector<std::string> ofArrow = verbsAt(s, s.edges.front().name());
    QVERIFY(has(ofArrow, "cut") && !has(ofArrow, "crash") && !has(ofArrow, "flush") && !has(ofArrow, "note"));
  }

  void languagesAreFoundBesideAndAbove() {
    const std::string file = sourceFile("scenarios/challenges/slow_partner.yaml").toStdString();
    QCOMPARE(languagesNear(file), (std::vector<std::string>{"en", "de"}));
    QVERIFY(textsIn(file, "de").value.find("The partner becomes slow") != nullptr);
    QVERIFY(textsIn(file, "en").value.texts().empty() && textsIn(file, "fr").ok());
    QCOMPARE(*pageTexts(file, "de").find("Notes"), std::string("Notizen"));
    QTemporaryDir dir;
    QCOMPARE(languagesNear(dir.filePath("a.yaml").toStdString()), std::vector<std::string>{"en"});
    QVERIFY(hasErrors(readTranslationFile(dir.filePath("none.po").toStdString()).diagnostics));
  }

  void bestTriesOfTheRoundCount() {
    std::string file = lineOf(Round{1000, 2000});
    file += lineOf(tried("Ada", "one", 900, true, 4, 1));  // before the round
    file += lineOf(tried("Ada", "one", 1100, false, 2, 1));
    file += lineOf(tried("Ada", "one", 1200, true, 4, 3));
    file += lineOf(tried("Bob", "one", 1150, true, 4, 2));
    file += lineOf(tried("Bob", "two", 2100, true, 4, 2));  // after it
    file += lineOf(tried("C\"e", "one", 1300, false, 3, 2));
    const Result<Scoreboard> read = Scoreboard::parse(file, "board");
    QVERIFY(read.diagnostics.empty());
    const Scoreboard& board = read.value;
    const std::vector<Standing> s = board.standings();
    QCOMPARE(s.size(), std::size_t{3});
    QCOMPARE(s[0].seat, std::string("Bob"));  // as many as Ada, for less
    QCOMPARE(s[1].seat, std::string("Ada"));
    QCOMPARE(s[1].passed, std::size_t{1});
    QCOMPARE(s[1].tries, std::size_t{3});
    QCOMPARE(s[2].seat, std::string("C\"e"));
    QCOMPARE(s[2].met, 0.75);
    QVERIFY(board.text(1940).find("Round 1: 1:00 left") != std::string::npos);
    QVERIFY(board.text(2001).find("over") != std::string::npos);
  }

  void strangeLinesAreNamed_data() {
    QTest::addColumn<std::string>("line");
    QTest::addColumn<std::string>("problem");
    const auto row = [](const char* name, const char* line, const char* problem) {
      QTest::newRow(name) << std::string(line) << std::string(problem);
    };
    row("no JSON", "hello", "b:2:1: error: this is not JSON");
    row("half a line", "{\"at\":", "b:2:7: error: this is not JSON");
    row("a number beyond all", R"({"at":1e999})", "error: a number is beyond all");
    row("no object", "[1, 2]", "b:2:1: error: this is no entry of a scoreboard");
    row("no task", R"({"at":"2000-01-01T00:00:00Z","seat":"A"})", "error: the entry has no \"task\"");
    row("a seat of numbers", R"({"at":"2000-01-01T00:00:00Z","seat":1})", "error: \"seat\" is no text");
    row("no time", R"({"at":"now","until":"later"})", "error: \"now\" is no time");
    row("less than nothing", R"({"at":"2000-01-01T00:00:00Z","seat":"A","task":"t","passed":true,"met":-1,"of":5})",
        "error: \"met\" is no count");
    row("more than all", R"({"at":"2000-01-01T00:00:00Z","seat":"A","task":"t","passed":true,"met":6,"of":5})",
        "error: 6 of 5 objectives");
    row("of nothing", R"({"at":"2000-01-01T00:00:00Z","seat":"A","task":"t","passed":true,"met":0,"of":0})",
        "error: 0 of 0 objectives");
    row("paid to run it",
        R"({"at":"2000-01-01T00:00:00Z","seat":"A","task":"t","passed":true,"met":1,"of":5,"cost_per_hour":-3})",
        "error: \"cost_per_hour\" is no price");
  }

  void strangeLinesAreNamed() {
    QFETCH(std::string, line);
    QFETCH(std::string, problem);
    const Diagnostics found = Scoreboard::parse("\n" + line + "\n" + lineOf(Round{1, 2}), "b").diagnostics;
    QCOMPARE(found.size(), std::size_t{1});
    QVERIFY2(toString(found[0]).find(problem) != std::string::npos, toString(found[0]).c_str());
  }

  void largeBoardsAreRefused() {
    QTemporaryFile file;
    QVERIFY(file.open());
    QVERIFY(file.resize(100'000'000));
    const Diagnostics found = Scoreboard::read(file.fileName().toStdString()).diagnostics;
    QCOMPARE(found.size(), std::size_t{1});
    QVERIFY(found[0].message.find("larger than 64 MiB") != std::string::npos);
  }

  void whoNamesASeatDoesNotRuleTheTerminal() {
    const std::string board = lineOf(tried(("\x1b[31mA\n" + std::string(300, 'x')).c_str(), "one", 1, true, 4, 1));
    const std::string text = Scoreboard::parse(board, "b").value.text(2);
    QCOMPARE(std::count(text.begin(), text.end(), '\n'), 1);
    QVERIFY2(text.find('\x1b') == std::string::npos && text.ends_with("1 tries\n"), text.c_str());
  }

  void progressIsRemembered() {
    QTemporaryDir dir;
    const std::string path = dir.filePath("data/faultline/lessons.json").toStdString();
    {
      LessonProgress progress(path);
      QCOMPARE(progress.of("A"), std::size_t{0});
      QCOMPARE(progress.reach("A", 2, 5), std::string());
      QCOMPARE(progress.reach("B \"quoted\"", 1, 3), std::string());
    }
    // Two programs at a time: neither forgets what the other one has remembered.
    LessonProgress one(path), other(path);
    QCOMPARE(one.mark("C", LessonProgress::Mark::Done), std::string());
    QCOMPARE(other.mark("C", LessonProgress::Mark::Opened), std::string());
    QCOMPARE(other.reach("C", 1, 4), std::string());
    one.read();
    QCOMPARE(one.at("C").step, std::size_t{1});
    QVERIFY(one.at("C").mark == LessonProgress::Mark::Done);

    LessonProgress again(path);
    QVERIFY(again.places() == one.places());
    QCOMPARE(again.of("A"), std::size_t{2});
    QCOMPARE(again.of("B \"quoted\""), std::size_t{1});
    QVERIFY(QDir(dir.filePath("data/faultline")).entryList(QDir::Files).size() == 1);
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"lessons\": {\"A\": 7, \"B\": {\"step\": -1}}}");
    file.close();
    QCOMPARE(LessonProgress(path).of("A"), std::size_t{0});
    QVERIFY(!LessonProgress("/proc/none/lessons.json").reach("A", 1, 2).empty());
  }
};

QTEST_APPLESS_MAIN(TeachingTest)
#include "teaching_test.moc"
