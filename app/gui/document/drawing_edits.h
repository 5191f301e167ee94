// Edits of what is drawn around the nodes: regions, which are frames and places at once, and notes.
#pragma once

#include "gui/document/edits.h"

namespace faultline {

// Without members a region or a host is nothing: removes those, with what refers to them.
void removeEmptyGroups(Scenario& scenario);

namespace edits {

// A new region with these nodes, which leave the regions that they are in.
Edit group(Names nodes, std::string name);
// The region goes, its members stay. What the timeline does to it goes with it.
Edit ungroup(std::string region);
// Links and actions follow.
Edit renameRegion(std::string from, std::string to);

// Notes by their index. One without text is refused, a change to no text removes it.
Edit addNote(NoteSpec note);
Edit changeNote(std::size_t index, NoteSpec note);
Edit removeNote(std::size_t index);

}  // namespace edits
}  // namespace faultline
