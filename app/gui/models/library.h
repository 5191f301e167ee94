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
  QString title, lesson;
  QString citation;  // the publication that it follows; empty for none
  Source source = Source::Own;
  QStringList concepts;  // labels of the kinds of components in it
  Scenario scenario;
};

LibraryEntry readLibraryEntry(const QString& folder, const QString& id);

// The lesson of a description in one or two sentences: what it calls its lesson, else how it ends.
QString lessonOf(const QString& description);
// "Bronson et al., Metastable Failures (HotOS 2021)" of "... After Bronson et al., ...".
QString citationOf(const QString& description);

}  // namespace faultline
