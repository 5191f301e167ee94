#include "gui/models/palette_model.h"

#include <QMimeData>
#include <algorithm>

#include "io/preset_catalog.h"
#include "model/catalog.h"

namespace faultline {

struct PaletteModel::Entry {
  Entry* parent = nullptr;
  int row = 0;
  QString label, summary, search;
  const ComponentInfo* kind = nullptr;
  const Preset* preset = nullptr;
  std::vector<std::unique_ptr<Entry>> children;

  Entry& add(QString text) {
    auto child = std::make_unique<Entry>();
    child->parent = this;
    child->row = static_cast<int>(children.size());
    child->label = std::move(text);
    children.push_back(std::move(child));
    return *children.back();
  }
};

namespace {

// The way of a request: what sends, what passes on, what works, what keeps. Categories that are not named here follow.
constexpr const char* kCategories[] = {"traffic", "routing", "compute", "data", "messaging", "resilience"};

QString capitalised(QString text) { return text.isEmpty() ? text : text.left(1).toUpper() + text.mid(1); }

QStringList wordsOf(const QString& text) { return text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts); }

bool hasWords(const QString& text, const QStringList& words) {
  return std::all_of(words.begin(), words.end(), [&](const QString& word) { return text.contains(word); });
}

}  // namespace

PaletteModel::PaletteModel(QObject* parent) : QAbstractItemModel(parent), root_(std::make_unique<Entry>()) {
  for (const char* category : kCategories)
    if (std::any_of(catalog().begin(), catalog().end(),
                    [&](const ComponentInfo* info) { return std::string_view(category) == info->category; }))
      root_->add(capitalised(QString::fromUtf8(category)));
  for (const ComponentInfo* info : catalog()) {
    const QString category = capitalised(QString::fromUtf8(info->category));
    Entry* group = nullptr;
    for (const auto& child : root_->children)
      if (child->label == category) group = child.get();
    if (group == nullptr) group = &root_->add(category);
    Entry& kind = group->add(QString::fromUtf8(info->label));
    kind.kind = info;
    kind.summary = QString::fromUtf8(info->summary);
    const QString words = category + QLatin1Char(' ') + kind.label + QLatin1Char(' ') + QString::fromUtf8(info->kind);
    kind.search = (words + QLatin1Char(' ') + kind.summary).toLower();
    for (const Preset& preset : presets()) {
      if (preset.kind != info->kind) continue;
      Entry& entry = kind.add(QString::fromStdString(preset.label));
      entry.kind = info;
      entry.preset = &preset;
      entry.summary = QString::fromStdString(preset.summary);
      entry.search = (words + QLatin1Char(' ') + entry.label + QLatin1Char(' ') + QString::fromStdString(preset.name) +
                      QLatin1Char(' ') + entry.summary)
                         .toLower();
    }
  }
}

PaletteModel::~PaletteModel() = default;

const PaletteModel::Entry& PaletteModel::entry(const QModelIndex& index) const {
  return index.isValid() ? *static_cast<const Entry*>(index.internalPointer()) : *root_;
}

QModelIndex PaletteModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  return createIndex(row, column, entry(parent).children[static_cast<std::size_t>(row)].get());
}

QModelIndex PaletteModel::parent(const QModelIndex& child) const {
  if (!child.isValid()) return {};
  Entry* above = entry(child).parent;
  return above == root_.get() ? QModelIndex() : createIndex(above->row, 0, above);
}

int PaletteModel::rowCount(const QModelIndex& parent) const {
  return parent.column() > 0 ? 0 : static_cast<int>(entry(parent).children.size());
}

int PaletteModel::columnCount(const QModelIndex&) const { return 1; }

QVariant PaletteModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Entry& e = entry(index);
  switch (role) {
    case Qt::DisplayRole:
      return e.label;
    case Qt::ToolTipRole:
      return e.summary.isEmpty() ? QVariant() : QVariant(e.summary);
    case KindRole:
      return e.kind == nullptr ? QString() : QString::fromUtf8(e.kind->kind);
    case PresetRole:
      return e.preset == nullptr ? QString() : QString::fromStdString(e.preset->name);
    case SearchRole:
      return e.search;
    case SummaryRole:
      return e.summary;
    default:
      return {};
  }
}

Qt::ItemFlags PaletteModel::flags(const QModelIndex& index) const {
  if (!index.isValid()) return Qt::NoItemFlags;
  return entry(index).kind == nullptr ? Qt::ItemIsEnabled
                                      : Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled;
}

QStringList PaletteModel::mimeTypes() const { return {QString::fromLatin1(mime::kComponent)}; }

QMimeData* PaletteModel::mimeData(const QModelIndexList& indexes) const {
  if (indexes.isEmpty()) return nullptr;
  const ComponentChoice choice = choiceAt(indexes.first());
  if (choice.kind.empty()) return nullptr;
  auto* data = new QMimeData;
  data->setData(QString::fromLatin1(mime::kComponent), mime::encode(choice));
  return data;
}

ComponentChoice choiceAt(const QModelIndex& index) {
  return {index.data(PaletteModel::KindRole).toString().toStdString(),
          index.data(PaletteModel::PresetRole).toString().toStdString()};
}

// ------------------------------------------------------------- filter

PaletteFilter::PaletteFilter(QObject* parent) : QSortFilterProxyModel(parent) { setRecursiveFilteringEnabled(true); }

void PaletteFilter::setSearch(const QString& text) {
  words_ = wordsOf(text);
  invalidateFilter();
}

bool PaletteFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  if (words_.isEmpty()) return true;
  // A category stays for what is in it, see recursive filtering.
  const QString text = sourceModel()->index(row, 0, parent).data(PaletteModel::SearchRole).toString();
  return !text.isEmpty() && hasWords(text, words_);
}

// ------------------------------------------------------------- quick-add

QuickAddModel::QuickAddModel(QObject* parent) : QAbstractListModel(parent) {
  for (int c = 0; c < palette_.rowCount(); ++c) {
    const QModelIndex category = palette_.index(c, 0);
    for (int k = 0; k < palette_.rowCount(category); ++k) {
      const QModelIndex kind = palette_.index(k, 0, category);
      all_.emplace_back(kind);
    }
  }
  const std::size_t kinds = all_.size();
  for (std::size_t k = 0; k < kinds; ++k)
    for (int p = 0; p < palette_.rowCount(all_[k]); ++p) all_.emplace_back(palette_.index(p, 0, all_[k]));
  shown_ = all_;
}

void QuickAddModel::setSearch(const QString& text) {
  const QStringList words = wordsOf(text);
  const QString whole = text.trimmed().toLower();
  // A label that begins with the text is what was meant; then one with a word that does, then the others.
  const auto rank = [&](const QPersistentModelIndex& index) {
    const QString label = index.data().toString().toLower();
    if (label.startsWith(whole)) return 0;
    if (label.contains(QLatin1Char(' ') + whole)) return 1;
    return hasWords(label, words) ? 2 : 3;
  };
  beginResetModel();
  shown_.clear();
  for (const auto& index : all_)
    if (hasWords(index.data(PaletteModel::SearchRole).toString(), words)) shown_.push_back(index);
  if (!words.isEmpty())
    std::stable_sort(shown_.begin(), shown_.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  endResetModel();
}

int QuickAddModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

QVariant QuickAddModel::data(const QModelIndex& index, int role) const {
  return checkIndex(index, CheckIndexOption::IndexIsValid) ? shown_[static_cast<std::size_t>(index.row())].data(role)
                                                           : QVariant();
}

}  // namespace faultline
