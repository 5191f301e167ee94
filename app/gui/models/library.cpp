#include "gui/models/library.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QRegularExpression>
#include <algorithm>
#include <set>
#include <tuple>

#include "gui/models/lesson_language.h"
#include "io/yaml_reader.h"
#include "model/catalog.h"

namespace faultline {

namespace {

constexpr int kLevelsUp = 4;
// A shorter sentence says too little alone.
constexpr qsizetype kShortSentence = 45;

// The groups that have an order; others follow by name.
const QStringList& groupOrder() {
  static const QStringList order{{},
                                 QStringLiteral("foundations"),
                                 QStringLiteral("systems"),
                                 QStringLiteral("incidents"),
                                 QStringLiteral("recorded")};
  return order;
}

QString groupOf(const QString& id) {
  return id.contains(QLatin1Char('/')) ? id.section(QLatin1Char('/'), 0, 0) : QString();
}

QString capitalised(QString text) {
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

QStringList sentences(const QString& text) {
  static const QRegularExpression end(QStringLiteral("(?<=[.!?])\\s+(?=[\\p{Lu}0-9\"“„])"),
                                      QRegularExpression::UseUnicodePropertiesOption);
  return text.split(end, Qt::SkipEmptyParts);
}

QString beginning(const QString& text) {
  QString out;
  for (const QString& sentence : sentences(text)) {
    if (!out.isEmpty()) out += QLatin1Char(' ');
    out += sentence;
    if (out.size() >= kShortSentence) break;
  }
  return out;
}

}  // namespace

QString scenarioFolder() {
  QDir dir(QCoreApplication::applicationDirPath());
  for (int level = 0; level <= kLevelsUp; ++level) {
    for (const char* place : {"share/faultline/scenarios", "scenarios"})
      if (const QString path = dir.filePath(QLatin1String(place));
          QFileInfo::exists(path + QLatin1Char('/') + QLatin1String(kFlagship)))
        return QDir(path).canonicalPath();
    if (!dir.cdUp()) break;
  }
  return {};
}

QStringList libraryFiles(const QString& folder) {
  QStringList ids;
  if (folder.isEmpty()) return ids;
  QDirIterator files(folder, {QStringLiteral("*.yaml")}, QDir::Files, QDirIterator::Subdirectories);
  while (files.hasNext()) ids << QDir(folder).relativeFilePath(files.next());
  const auto rank = [](const QString& id) {
    const QString group = groupOf(id);
    const qsizetype known = groupOrder().indexOf(group);
    return std::tuple(id != QLatin1String(kFlagship), known < 0 ? groupOrder().size() : known, group, id);
  };
  std::sort(ids.begin(), ids.end(), [&](const QString& a, const QString& b) { return rank(a) < rank(b); });
  return ids;
}

bool isInFolder(const QString& path, const QString& folder) {
  if (path.isEmpty() || folder.isEmpty()) return false;
  return QFileInfo(path).canonicalFilePath().startsWith(QDir(folder).canonicalPath() + QLatin1Char('/'));
}

QString groupTitle(const QString& folderName) {
  return folderName.isEmpty() ? QCoreApplication::translate("Library", "Start here")
                              : capitalised(QString(folderName).replace(QLatin1Char('_'), QLatin1Char(' ')));
}

QString progressName(const Scenario& scenario, const QString& path) {
  return scenario.name.empty() ? QFileInfo(path).completeBaseName() : QString::fromStdString(scenario.name);
}

LibraryEntry::Words wordsIn(const LibraryEntry& entry, const QString& language) {
  const Translation texts = LessonLanguage::textsOf(entry.path, language);
  const auto told = [&](const std::string& english) { return QString::fromStdString(texts.of(english)); };
  LibraryEntry::Words words;
  words.title = entry.scenario.name.empty() ? entry.name : told(entry.scenario.name);
  words.story = told(entry.scenario.description);
  words.lesson = lessonOf(QString::fromStdString(entry.scenario.description), words.story);
  return words;
}

LibraryEntry readLibraryEntry(const QString& folder, const QString& id, const QString& language) {
  LibraryEntry entry;
  entry.id = id;
  entry.path = QDir(folder).filePath(id);
  entry.group = groupOf(id);
  entry.scenario = readScenarioFile(entry.path.toStdString()).value;
  entry.name = progressName(entry.scenario, id);
  entry.words = wordsIn(entry, language);
  entry.citation = citationOf(QString::fromStdString(entry.scenario.description));
  entry.source = entry.scenario.recorded     ? LibraryEntry::Source::Recorded
                 : !entry.citation.isEmpty() ? LibraryEntry::Source::Published
                                             : LibraryEntry::Source::Own;
  std::set<QString> labels;
  for (const NodeSpec& node : entry.scenario.nodes)
    if (const ComponentInfo* kind = findKind(node.kind)) labels.insert(QString::fromUtf8(kind->label));
  entry.concepts = {labels.begin(), labels.end()};
  return entry;
}

QString lessonOf(const QString& description, const QString& told) {
  static const QRegularExpression gap(QStringLiteral("\\n\\s*\\n"));
  static const QRegularExpression heading(QStringLiteral("^\\w+:\\s*"), QRegularExpression::UseUnicodePropertiesOption);
  const QStringList paragraphs = description.split(gap, Qt::SkipEmptyParts);
  QStringList words = told.split(gap, Qt::SkipEmptyParts);
  if (words.size() != paragraphs.size()) words = paragraphs;
  for (qsizetype i = 0; i < paragraphs.size(); ++i)
    if (paragraphs[i].trimmed().startsWith(QLatin1String("Lesson:")))
      return beginning(capitalised(words[i].simplified().remove(heading)));
  if (words.isEmpty()) return {};
  if (words.size() > 1) return beginning(words.last().simplified());
  return sentences(words.first().simplified()).constLast();
}

QString citationOf(const QString& description) {
  static const QRegularExpression after(QStringLiteral("(?:^|\\s)After ([A-Z][^()]*\\([^()]*\\d{4}[^()]*\\))"));
  const QRegularExpressionMatch match = after.match(description.simplified());
  return match.hasMatch() ? match.captured(1) : QString();
}

}  // namespace faultline
