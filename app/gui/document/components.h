// New nodes from the palette, whichever way they come: by drop, double click, Enter or quick-add.
//
// Thread safety: the window's thread.
#pragma once

#include <string>

#include "gui/document/edits.h"
#include "gui/document/mime.h"

namespace faultline {

class Document;
class Selection;

// A node of the kind, with the preset's parameters, under a name that is free.
NodeSpec newComponent(const Scenario& scenario, const ComponentChoice& choice);
// The nearest place to this one where no card stands.
Point freePlace(const Scenario& scenario, Point wanted);

// Adds and selects the node; one entry of the undo stack. Returns what the document said.
Diagnostics addComponent(Document& document, Selection& selection, const ComponentChoice& choice, Point place);

// The same with an arrow from or to a node, all in one entry; `place` is where the arrow ends. Where the arrow is not
// legal the component comes without it, and why is returned.
Diagnostics addConnected(Document& document, Selection& selection, const ComponentChoice& choice, Point place,
                         const std::string& node, bool asCallee);

namespace edits {

// The nodes start from another preset of their kind, or from none (empty); what was written over it stays.
Edit usePreset(Names nodes, std::string preset);

// Request classes. A class that something still names is reported by the document's problems.
Edit addClass(std::string name);
Edit removeClass(std::string name);

}  // namespace edits
}  // namespace faultline
