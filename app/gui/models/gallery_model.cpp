#include "gui/models/gallery_model.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>

namespace faultline {

namespace {

constexpr Duration kShort = minutes(2), kMedium = minutes(10);

GalleryFilter::Length lengthOf(Duration duration) {
  if (duration <= kShort) return GalleryFilter::Length::Short;
  return duration <= kMedium ? GalleryFilter::Length::Medium : GalleryFilter::Length::Long;
}

}  // namespace

// What was read and is not in the model yet.
struct GalleryModel::Arrivals {
  std::mutex mutex;
  std::vector<LibraryEntry> entries;
};

GalleryModel::GalleryModel(QString folder, Progress& progress, const LessonLanguage& language, QObject* parent)
    : QAbstractListModel(parent), folder_(std::move(folder)), progress_(progress), language_(language) {
  connect(&reading_, &Background::progressed, this, &GalleryModel::takeArrivals);
  connect(&language_, &LessonLanguage::changed, this, &GalleryModel::retell);
  connect(&progress_, &Progress::changed, this, [this](const QString& name) {
    for (int row = 0; row < rowCount(); ++row)
      if (name.isEmpty() || entry(row).name == name)
        Q_EMIT dataChanged(index(row), index(row), {ProgressRole, SeenRole, StepsRole});
  });
}

void GalleryModel::load() {
  if (arrivals_ != nullptr) return;
  arrivals_ = std::make_shared<Arrivals>();
  files_ = libraryFiles(folder_);
  reading_.start<bool>(
      [folder = folder_, files = files_, arrivals = arrivals_, language = language_.code()](Work& work) {
        for (const QString& file : files) {
          if (work.cancelled) break;
          LibraryEntry entry = readLibraryEntry(folder, file, language);
          const std::lock_guard lock(arrivals->mutex);
          // Without a node it is some other file.
          if (!entry.scenario.nodes.empty()) arrivals->entries.push_back(std::move(entry));
        }
        return true;
      },
      [this, language = language_.code()](bool) {
        takeArrivals();
        loaded_ = true;
        Q_EMIT loaded();
        if (language != language_.code()) retell();
      });
}

// What is still being read is told anew when it has arrived.
void GalleryModel::retell() {
  if (!loaded_) return;
  using Words = std::vector<LibraryEntry::Words>;
  telling_.start<Words>(
      [entries = entries_, language = language_.code()](Work&) {
        Words words;
        for (const LibraryEntry& e : entries) words.push_back(wordsIn(e, language));
        return words;
      },
      [this](Words words) {
        for (std::size_t i = 0; i < words.size(); ++i) entries_[i].words = std::move(words[i]);
        if (!words.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
      });
}

void GalleryModel::takeArrivals() {
  std::vector<LibraryEntry> arrived;
  {
    const std::lock_guard lock(arrivals_->mutex);
    arrived.swap(arrivals_->entries);
  }
  if (arrived.empty()) return;
  beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(arrived.size()) - 1);
  std::move(arrived.begin(), arrived.end(), std::back_inserter(entries_));
  endInsertRows();
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
      return e.words.title;
    case Qt::AccessibleDescriptionRole:
    case LessonRole:
      return e.words.lesson;
    case Qt::ToolTipRole: {
      QString text = e.words.story.toHtmlEscaped();
      return QStringLiteral("<p>") + text.trimmed().replace(QLatin1String("\n\n"), QLatin1String("</p><p>")) +
             QStringLiteral("</p>");
    }
    case GroupRole:
      return groupTitle(e.group);
    case LengthRole:
      return e.scenario.duration.seconds();
    case ProgressRole:
      return static_cast<int>(progress_.of(e.name));
    case CitationRole:
      return e.citation;
    case SeenRole:
      return static_cast<int>(std::min(progress_.at(e.name).step, e.scenario.lesson.size()));
    case StepsRole:
      return static_cast<int>(e.scenario.lesson.size());
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
  // In English, too: the names of things are the same in many languages.
  const QString all = QStringList{e.words.title,
                                  e.words.story,
                                  e.name,
                                  QString::fromStdString(e.scenario.description),
                                  e.concepts.join(QLatin1Char('\n')),
                                  e.id}
                          .join(QLatin1Char('\n'));
  return std::all_of(wish_.words.begin(), wish_.words.end(),
                     [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

}  // namespace faultline
