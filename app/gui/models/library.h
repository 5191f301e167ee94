// The scenarios that come with the program, each with what its file tells about it.
//
// Thread safety: pure functions.
#pragma once

#include <QString>
#include <QStringList>

#include "model/scenario.h"

namespace faultline {

// The scenario that a first start shows.
inline constexpr const char* kFlagship = "missing_index_cascade.yaml";

// Where they are: beside the program, in its share folder, or in the checkout that it was built in; empty if nowhere.
QString scenarioFolder();

// Files in the order of the gallery: the flagship, then by group, then by name. Relative to the folder.
QStringList libraryFiles(const QString& folder);
// Whether a file lies in the folder.
bool isInFolder(const QString& path, const QString& folder);

// The groups are the folders; this is the heading of one. The top folder holds what to start with.
QString groupTitle(const QString& folderName);

struct LibraryEntry {
  enum class Source { Own, Published, Recorded };

  QString path, id;  // the id is the path inside the library
  QString group;     // the folder's name, empty for the top
  QString name;      // what progress knows it by
  // What the card says, in the language it was read in.
  struct Words {
    QString title, lesson, story;
  };
  Words words;
  QString citation;  // the publication that it follows; empty for none
  Source source = Source::Own;
  QStringList concepts;  // labels of the kinds of components in it
  Scenario scenario;
};

// `language` is the code of one, see LessonLanguage.
LibraryEntry readLibraryEntry(const QString& folder, const QString& id, const QString& language);
// The words of an entry in another language. Reads a file.
LibraryEntry::Words wordsIn(const LibraryEntry& entry, const QString& language);

// What progress knows a scenario by: its name, else that of its file.
QString progressName(const Scenario& scenario, const QString& path);

// The lesson of a description in one or two sentences: what it calls its lesson, else how it ends. `told` is the same
// description in another language, paragraph by paragraph; the lesson is given in its words.
QString lessonOf(const QString& description, const QString& told);
// "Bronson et al., Metastable Failures (HotOS 2021)" of "... After Bronson et al., ...".
QString citationOf(const QString& description);

}  // namespace faultline
