// Texts in other languages: how files are read, what happens to texts that changed, and whether those that come with
// the scenarios still fit.
#include <QDirIterator>
#include <QFile>
#include <QTemporaryFile>
#include <QtTest>

#include "io/translation.h"
#include "io/yaml_reader.h"
#include "support/program.h"

using namespace faultline;

namespace {

std::string contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

// Scenario files by the translation files that belong to them.
QList<std::pair<QString, QString>> translated() {
  QList<std::pair<QString, QString>> pairs;
  const QDir languages(sourceFile("scenarios/lang"));
  for (const QString& language : languages.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
    const QDir root(languages.filePath(language));
    QDirIterator files(root.path(), {"*.po"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
      const QString path = files.next(), below = root.relativeFilePath(path);
      if (below != "handout.po") pairs.push_back({path, sourceFile("scenarios/" + below.chopped(3) + ".yaml")});
    }
  }
  return pairs;
}

Scenario lesson() {
  Scenario s;
  s.name = "A  story";
  s.description = "First.\n\nSecond.";
  LessonStep step;
  step.title = "Look";
  step.question = "Which?";
  step.choices = {{"This", "a < b"}, {"That", "a > b"}};
  s.lesson = {step};
  return s;
}

}  // namespace

class TranslationTest : public QObject {
  Q_OBJECT
 private slots:
  void readsEntries() {
    const Result<Translation> r = readTranslation(
        "# a comment\nmsgid \"\"\nmsgstr \"\"\n\"Language: de\\n\"\n\nmsgid \"A story\"\nmsgstr \"Eine "
        "\"\n\"Geschichte\"\n\n"
        "#, fuzzy\nmsgid \"Look\"\nmsgstr \"Schau\"\n\nmsgid \"\"\n\"First. Second.\"\nmsgstr "
        "\"Erstens.\\n\\nZweitens: \\\"ja\\\"\"\n"
        "\nmsgid \"Which?\"\nmsgstr \"\"\n#~ msgid \"Old\"\n#~ msgstr \"Alt\"\n",
        "x.po");
    QVERIFY(r.ok());
    QCOMPARE(r.value.texts().size(), std::size_t{2});
    QCOMPARE(r.value.of("A story"), std::string("Eine Geschichte"));
    QCOMPARE(r.value.of("First.\n\nSecond."), std::string("Erstens.\n\nZweitens: \"ja\""));
    QCOMPARE(r.value.of("Look"), std::string("Look"));  // fuzzy: somebody has to look at it
  }

  // Each in its place, and nothing that only follows from a line that could not be read.
  void damageIsToldInOrderOfLines() {
    const Result<Translation> r =
        readTranslation("msgid \"a\"\nmsgstr \"\x1b[31m\"\n\nmsgid \"b\"\n\nmsgid \"c\"\nmsgstr \"d\n", "x.po");
    std::vector<int> lines;
    for (const Diagnostic& d : r.diagnostics) lines.push_back(d.line);
    QCOMPARE(lines, (std::vector<int>{2, 4, 7}));
  }

  void fallsBackTextByText() {
    Translation t;
    t.add("A story", "Eine Geschichte");
    t.add("That", "Das");
    t.add("Gone", "Weg");
    Scenario s = lesson();
    const std::string holds = s.lesson[0].choices[1].holds;
    QCOMPARE(orphansOf(s, t), (std::vector<std::string>{"Gone"}));
    QCOMPARE(translate(s, t), std::size_t{4});
    QCOMPARE(s.name, std::string("Eine Geschichte"));
    QCOMPARE(s.lesson[0].choices[0].text, std::string("This"));
    QCOMPARE(s.lesson[0].choices[1].text, std::string("Das"));
    QCOMPARE(s.lesson[0].choices[1].holds, holds);
  }

  void fileForTranslatorsIsReadAgain() {
    Translation t;
    t.add("Look", "Schau \\ \"hin\"\n");
    t.add("Gone", "Weg");
    const std::string file = translationFile(lesson(), t, "de");
    const Result<Translation> again = readTranslation(file, "x.po");
    QVERIFY(again.ok());
    QCOMPARE(again.value.texts().size(), std::size_t{1});
    QCOMPARE(again.value.of("Look"), t.of("Look"));
    QVERIFY(file.find("#~ msgid \"Gone\"") != std::string::npos);
    for (const char* text : {"A story", "First. Second.", "Which?", "This", "That"})
      QVERIFY2(file.find("msgid \"" + std::string(text) + "\"\nmsgstr \"\"") != std::string::npos, text);
  }

  void badFiles_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("place");
    QTest::newRow("no quotes") << "msgid Story\nmsgstr \"x\"\n"
                               << "x.po:1:7:";
    QTest::newRow("open quotes") << "msgid \"Story\nmsgstr \"x\"\n"
                                 << "x.po:1:13:";
    QTest::newRow("more behind") << "msgid \"a\" b\nmsgstr \"x\"\n"
                                 << "x.po:1:10:";
    QTest::newRow("no key") << "msgstr \"x\"\n"
                            << "x.po:1:1:";
    QTest::newRow("no text") << "\nmsgid \"a\"\n\nmsgid \"b\"\nmsgstr \"x\"\n"
                             << "x.po:2:1:";
    QTest::newRow("other") << "hello\n"
                           << "x.po:1:1:";
    QTest::newRow("a tab in a text is one") << "msgid \"\u00e9\t\\q\"\nmsgstr \"x\"\n"
                                            << "x.po:1:10:";
    QTest::newRow("escape") << "msgid \"a\\q\"\nmsgstr \"x\"\n"
                            << "x.po:1:9:";
  }
  void badFiles() {
    QFETCH(QString, text);
    QFETCH(QString, place);
    const Result<Translation> r = readTranslation(text.toStdString(), "x.po");
    QVERIFY(!r.ok());
    const QString said = QString::fromStdString(toString(r.diagnostics.front()));
    QVERIFY2(said.startsWith(place), qPrintable(said));
  }

  void bytesThatAreNoText() {
    const Result<Translation> r = readTranslation("msgid \"a\"\nmsgstr \"\xff\"\n", "x.po");
    QCOMPARE(toString(r.diagnostics.at(0)),
             std::string("x.po:2:9: error: not a text: byte 0xff (translations are in UTF-8)"));
    const Result<Translation> other = readTranslation(std::string(100'000, '\0'), "x.po");
    QVERIFY(!other.ok());
    // A file of another sort is told once, not for each line.
    std::string lines;
    for (int i = 0; i < 5000; ++i) lines += "hello\n";
    QCOMPARE(readTranslation(lines, "x.po").diagnostics.size(), std::size_t{1000});
  }

  void largeFilesAreRefused() {
    QTemporaryFile file;
    QVERIFY(file.open());
    QVERIFY(file.resize(100'000'000));
    const Result<Translation> r = readTranslationFile(file.fileName().toStdString());
    QCOMPARE(r.diagnostics.size(), std::size_t{1});
    QVERIFY(r.diagnostics[0].message.find("larger than 4 MiB") != std::string::npos);
    QVERIFY(!readTranslationFile("/nowhere.po").ok());
  }

  void filesFitTheirScenarios() {
    const auto pairs = translated();
    QVERIFY(pairs.size() >= 7);
    for (const auto& [po, yaml] : pairs) {
      const Result<Translation> texts = readTranslation(contentOf(po), po.toStdString());
      for (const Diagnostic& d : texts.diagnostics) QVERIFY2(false, toString(d).c_str());
      QVERIFY2(QFile::exists(yaml), qPrintable(po + " belongs to no scenario"));
      QCOMPARE(QString::fromStdString(
                   translationFileOf(yaml.toStdString(), QFileInfo(po).path().contains("/lang/de") ? "de" : "")),
               po);
      Result<Scenario> scenario = readScenarioFile(yaml.toStdString());
      QVERIFY(scenario.ok());
      for (const std::string& orphan : orphansOf(scenario.value, texts.value))
        QVERIFY2(false, (po.toStdString() + ": the scenario does not say any more: " + orphan).c_str());
      Scenario other = scenario.value;
      for (const std::string* text : textsOf(other))
        QVERIFY2(texts.value.find(*text) != nullptr, (po.toStdString() + ": not translated: " + *text).c_str());
    }
  }
};

QTEST_APPLESS_MAIN(TranslationTest)
#include "translation_test.moc"
