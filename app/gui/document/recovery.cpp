#include "gui/document/recovery.h"

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <algorithm>

namespace faultline {

namespace {

constexpr QByteArrayView kMark = "# faultline unsaved work ";

// What a session that was ended while it wrote left of its temporary file: "NAME.yaml.XXXXXX".
void removeRest(const QDir& folder, const QString& file) {
  const QString name = QFileInfo(file).fileName();
  for (const QFileInfo& rest : folder.entryInfoList({name + QStringLiteral(".??????")}, QDir::Files))
    QFile::remove(rest.filePath());
}

}  // namespace

QByteArray toFile(const UnsavedWork& work) {
  const QJsonObject about{{QStringLiteral("path"), work.path}, {QStringLiteral("damaged"), work.damaged}};
  return kMark.toByteArray() + QJsonDocument(about).toJson(QJsonDocument::Compact) + '\n' + work.text.toUtf8();
}

UnsavedWork fromFile(const QByteArray& bytes) {
  const qsizetype end = bytes.indexOf('\n');
  if (!bytes.startsWith(kMark) || end < 0) return {};
  const QJsonObject about = QJsonDocument::fromJson(bytes.mid(kMark.size(), end - kMark.size())).object();
  return {about[QStringLiteral("path")].toString(), about[QStringLiteral("damaged")].toBool(),
          QString::fromUtf8(bytes.mid(end + 1))};
}

QString writeRecovery(const QString& file, const UnsavedWork& work) {
  QSaveFile out(file);
  const QByteArray bytes = toFile(work);
  if (out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() && out.commit()) return {};
  return out.errorString();
}

std::unique_ptr<QLockFile> lockOf(const QString& file) {
  auto lock = std::make_unique<QLockFile>(file + QStringLiteral(".lock"));
  lock->setStaleLockTime(0);
  return lock;
}

LeftWork::LeftWork(const QString& path) {
  const QDir folder(path);
  for (const QFileInfo& info : folder.entryInfoList({QStringLiteral("*.yaml")}, QDir::Files, QDir::Time)) {
    std::unique_ptr<QLockFile> lock = lockOf(info.filePath());
    if (!lock->tryLock(0)) continue;  // its session lives
    removeRest(folder, info.filePath());
    QFile file(info.filePath());
    UnsavedWork work;
    if (file.open(QIODevice::ReadOnly)) work = fromFile(file.readAll());
    if (work.text.isEmpty())
      file.remove();
    else
      entries_.push_back({info.filePath(), info.lastModified(), std::move(work), std::move(lock)});
  }
}

void LeftWork::dropFirst() {
  QFile::remove(entries_.front().file);
  entries_.erase(entries_.begin());
}

void LeftWork::postponeFirst() { entries_.erase(entries_.begin()); }

}  // namespace faultline
