// The library as a list of cards, and what is left of it after search and filters.
//
// The files are read on another thread and arrive a few at a time, so that a large library does not hold the window up.
// Thread safety: the window's thread.
#pragma once

#include <QAbstractListModel>
#include <QSortFilterProxyModel>
#include <memory>
#include <optional>
#include <vector>

#include "gui/models/background.h"
#include "gui/models/lesson_language.h"
#include "gui/models/library.h"
#include "gui/models/progress.h"

namespace faultline {

class GalleryModel : public QAbstractListModel {
  Q_OBJECT

 public:
  // The length is in simulated seconds, the progress a Progress::Mark; steps of the lesson are those that were seen,
  // and all.
  enum Role { LessonRole = Qt::UserRole, GroupRole, LengthRole, ProgressRole, CitationRole, SeenRole, StepsRole };

  GalleryModel(QString folder, Progress& progress, const LessonLanguage& language, QObject* parent = nullptr);

  // Begins to read; does nothing the second time.
  void load();
  bool isLoaded() const { return loaded_; }
  // How many there are, read or not.
  int total() const { return loaded_ ? rowCount() : static_cast<int>(files_.size()); }
  const LibraryEntry& entry(int row) const { return entries_[static_cast<std::size_t>(row)]; }
  // In the order of the gallery, as far as read.
  QStringList groups() const;
  // Labels of kinds that tell scenarios apart: not those that most of them have.
  QStringList concepts() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 Q_SIGNALS:
  void loaded();

 private:
  struct Arrivals;
  void takeArrivals();
  void retell();

  QString folder_;
  Progress& progress_;
  const LessonLanguage& language_;
  QStringList files_;
  std::vector<LibraryEntry> entries_;
  std::shared_ptr<Arrivals> arrivals_;
  bool loaded_ = false;
  Background reading_, telling_;
};

class GalleryFilter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  enum class Length { Any, Short, Medium, Long };  // to two minutes, to ten, beyond
  struct Wish {
    QStringList words;             // all of them, anywhere
    std::optional<QString> group;  // a folder; the top is empty
    QString kind;                  // label of one that is in it
    std::optional<LibraryEntry::Source> source;
    Length length = Length::Any;
  };

  explicit GalleryFilter(GalleryModel& model, QObject* parent = nullptr);
  const Wish& wish() const { return wish_; }
  void set(Wish wish);
  const LibraryEntry& entryAt(const QModelIndex& index) const { return model_.entry(mapToSource(index).row()); }

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  GalleryModel& model_;
  Wish wish_;
};

}  // namespace faultline
