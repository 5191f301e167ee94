#include "gui/models/lesson_language.h"

#include <QLocale>
#include <QRegularExpression>

#include "teaching/lesson_texts.h"

namespace faultline {

namespace {

QString settingsKey() { return QStringLiteral("lessonLanguage"); }

}  // namespace

LessonLanguage::LessonLanguage(Memory memory, const QString& libraryFile, QObject* parent)
    : QObject(parent), memory_(std::move(memory)) {
  for (const std::string& code : languagesNear(libraryFile.toStdString())) offered_ << QString::fromStdString(code);
  const QString own = QLocale().name(), plain = own.section(QLatin1Char('_'), 0, 0);
  const QString chosen = memory_.isKept() ? memory_.settings().value(settingsKey()).toString() : QString();
  // "pt_BR" before "pt".
  for (const QString& code : {chosen, own, plain, offered_.first()})
    if (code_.isEmpty() && offered_.contains(code)) code_ = code;
}

void LessonLanguage::choose(const QString& code) {
  if (code == code_ || !offered_.contains(code)) return;
  code_ = code;
  if (memory_.isKept()) memory_.settings().setValue(settingsKey(), code);
  Q_EMIT changed();
}

QString LessonLanguage::nameOf(const QString& code) {
  QString name = QLocale(code).nativeLanguageName();
  if (code == QLatin1String("en")) name = QStringLiteral("English");  // Qt says "American English"
  return name.isEmpty() ? code : name;
}

Translation LessonLanguage::textsOf(const QString& scenarioFile, const QString& code) {
  return textsIn(scenarioFile.toStdString(), code.toStdString()).value;
}

QString LessonLanguage::flowing(const QString& story) {
  static const QRegularExpression gap(QStringLiteral("\\n\\s*\\n"));
  QStringList paragraphs = story.trimmed().split(gap, Qt::SkipEmptyParts);
  for (QString& paragraph : paragraphs) paragraph = paragraph.simplified();
  return paragraphs.join(QStringLiteral("\n\n"));
}

}  // namespace faultline
