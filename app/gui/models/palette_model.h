// What can be put on a canvas, as a tree: categories, their kinds, and beneath a kind its presets.
//
// Made once from the catalog; it never changes. Thread safety: the window's thread.
#pragma once

#include <QAbstractItemModel>
#include <QSortFilterProxyModel>
#include <memory>
#include <vector>

#include "gui/document/mime.h"

namespace faultline {

class PaletteModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Role {
    KindRole = Qt::UserRole,  // QString; empty for a category
    PresetRole,               // QString; empty for a kind
    SearchRole,               // QString: everything that a search may hit, in lower case
    SummaryRole,              // QString: what it is, in one sentence
  };

  explicit PaletteModel(QObject* parent = nullptr);
  ~PaletteModel() override;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QStringList mimeTypes() const override;
  QMimeData* mimeData(const QModelIndexList& indexes) const override;
  Qt::DropActions supportedDragActions() const override { return Qt::CopyAction; }

 private:
  struct Entry;
  const Entry& entry(const QModelIndex& index) const;

  std::unique_ptr<Entry> root_;
};

// The choice that a row of the palette stands for; its kind is empty for a category.
ComponentChoice choiceAt(const QModelIndex& index);

// Rows that have every word of the search, with what they are in and what is beneath them.
class PaletteFilter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  explicit PaletteFilter(QObject* parent = nullptr);
  void setSearch(const QString& text);

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  QStringList words_;
};

// All kinds and presets as a flat list, those that fit a search best first: for quick-add.
class QuickAddModel : public QAbstractListModel {
  Q_OBJECT

 public:
  explicit QuickAddModel(QObject* parent = nullptr);
  void setSearch(const QString& text);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  PaletteModel palette_;
  std::vector<QPersistentModelIndex> all_;
  std::vector<QPersistentModelIndex> shown_;
};

}  // namespace faultline
