#include "gui/models/gallery_model.h"

#include <algorithm>
#include <map>

namespace faultline {

namespace {

constexpr Duration kShort = minutes(2), kMedium = minutes(10);

GalleryFilter::Length lengthOf(Duration duration) {
  if (duration <= kShort) return GalleryFilter::Length::Short;
  return duration <= kMedium ? GalleryFilter::Length::Medium : GalleryFilter::Length::Long;
}

}  // namespace

GalleryModel::GalleryModel(QString folder, Progress& progress, QObject* parent)
    : QAbstractListModel(parent), folder_(std::move(folder)), progress_(progress) {
  connect(&timer_, &QTimer::timeout, this, &GalleryModel::readNext);
  connect(&progress_, &Progress::changed, this, [this](const QString& id) {
    for (int row = 0; row < rowCount(); ++row)
      if (entry(row).id == id) Q_EMIT dataChanged(index(row), index(row), {ProgressRole});
  });
}

void GalleryModel::load() {
  if (started_) return;
  started_ = true;
  waiting_ = libraryFiles(folder_);
  timer_.start(0);
}

void GalleryModel::readNext() {
  if (!waiting_.isEmpty()) {
    LibraryEntry entry = readLibraryEntry(folder_, waiting_.takeFirst());
    // Without a node it is some other file.
    if (!entry.scenario.nodes.empty()) {
      beginInsertRows({}, rowCount(), rowCount());
      entries_.push_back(std::move(entry));
      endInsertRows();
    }
  }
  if (!waiting_.isEmpty()) return;
  timer_.stop();
  Q_EMIT loaded();
}

QStringList GalleryModel::groups() const {
  QStringList groups;
  for (const LibraryEntry& entry : entries_)
    if (!groups.contains(entry.group)) groups << entry.group;
  return groups;
}

QStringList GalleryModel::concepts() const {
  std::map<QString, std::size_t> uses;
  for (const LibraryEntry& entry : entries_)
    for (const QString& label : entry.concepts) ++uses[label];
  QStringList concepts;
  for (const auto& [label, count] : uses)
    if (2 * count <= entries_.size()) concepts << label;
  return concepts;
}

int GalleryModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(entries_.size());
}

QVariant GalleryModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const LibraryEntry& e = entry(index.row());
  switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
      return e.title;
    case Qt::AccessibleDescriptionRole:
    case LessonRole:
      return e.lesson;
    case Qt::ToolTipRole: {
      QString text = QString::fromStdString(e.scenario.description).toHtmlEscaped();
      return QStringLiteral("<p>") + text.trimmed().replace(QLatin1String("\n\n"), QLatin1String("</p><p>")) +
             QStringLiteral("</p>");
    }
    case GroupRole:
      return groupTitle(e.group);
    case LengthRole:
      return e.scenario.duration.seconds();
    case ProgressRole:
      return static_cast<int>(progress_.of(e.id));
    case CitationRole:
      return e.citation;
    default:
      return {};
  }
}

GalleryFilter::GalleryFilter(GalleryModel& model, QObject* parent) : QSortFilterProxyModel(parent), model_(model) {
  setSourceModel(&model);
}

void GalleryFilter::set(Wish wish) {
  wish_ = std::move(wish);
  invalidateFilter();
}

bool GalleryFilter::filterAcceptsRow(int row, const QModelIndex&) const {
  const LibraryEntry& e = model_.entry(row);
  if (wish_.group && *wish_.group != e.group) return false;
  if (!wish_.kind.isEmpty() && !e.concepts.contains(wish_.kind)) return false;
  if (wish_.source && *wish_.source != e.source) return false;
  if (wish_.length != Length::Any && wish_.length != lengthOf(e.scenario.duration)) return false;
  const QString all = e.title + QLatin1Char('\n') + QString::fromStdString(e.scenario.description) + QLatin1Char('\n') +
                      e.concepts.join(QLatin1Char('\n')) + QLatin1Char('\n') + e.id;
  return std::all_of(wish_.words.begin(), wish_.words.end(),
                     [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

}  // namespace faultline
