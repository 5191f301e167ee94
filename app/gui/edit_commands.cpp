#include "gui/edit_commands.h"

#include <QApplication>
#include <QClipboard>
#include <cmath>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/renaming.h"
#include "gui/document/drawing_edits.h"
#include "gui/main_window.h"

namespace faultline {

namespace {

constexpr Point kBeside{48, 48};
constexpr double kGrid = 12;

Selection::Names asSet(const edits::Names& names) { return {names.begin(), names.end()}; }

}  // namespace

EditCommands::EditCommands(MainWindow& window) : QObject(&window), window_(window) {
  Actions& actions = window.actions();
  QUndoStack* undo = window.document().undoStack();
  actions.on(Command::Undo, this, [undo] { undo->undo(); });
  actions.on(Command::Redo, this, [undo] { undo->redo(); });
  connect(&window.canvas().canvas(), &CanvasScene::refused, &window, &MainWindow::tell);
  connectClipboard();
  connectDrawing();
}

void EditCommands::connectClipboard() {
  Actions& actions = window_.actions();
  actions.on(Command::Copy, this, [this] { copy(); });
  actions.on(Command::Cut, this, [this] {
    copy();
    // Of a region not only the frame goes, as Delete would have it: what is in the clipboard is gone here.
    if (!window_.selection().region().empty()) window_.selection().set(asSet(chosenNodes()));
    remove();
  });
  actions.on(Command::Paste, this, [this] { paste(); });
  actions.on(Command::Delete, this, [this] { remove(); });
  actions.on(Command::Duplicate, this, [this] { duplicate(); });
  actions.on(Command::SelectAll, this, [this] {
    Selection::Names all;
    for (const NodeSpec& node : window_.document().scenario().nodes) all.insert(node.name);
    window_.selection().set(std::move(all));
  });
}

void EditCommands::connectDrawing() {
  Actions& actions = window_.actions();
  CanvasView& canvas = window_.canvas();
  actions.on(Command::Rename, this, [&canvas] { canvas.renaming().renameSelected(); });
  actions.on(Command::Connect, this, [this, &canvas] {
    if (!canvas.connectSelected()) window_.tell(tr("There is nothing that this node may call"));
  });
  actions.on(Command::Group, this, [this] { group(); });
  actions.on(Command::Ungroup, this, [this] { ungroup(); });
  actions.on(Command::AddNote, this, [&canvas] { canvas.renaming().writeNote(canvas.pointerPlace()); });
  actions.on(Command::Arrange, this, [this, &canvas] {
    warn(window_.document().apply(tr("Arrange"), edits::arrange(window_.selection().nodeList())));
    canvas.fitAll();
  });
}

void EditCommands::refresh() {
  Actions& actions = window_.actions();
  const Selection& selection = window_.selection();
  QUndoStack* undo = window_.document().undoStack();
  actions[Command::Undo]->setEnabled(undo->canUndo());
  actions[Command::Undo]->setText(undo->canUndo() ? tr("&Undo: %1").arg(undo->undoText()) : tr("&Undo"));
  actions[Command::Redo]->setEnabled(undo->canRedo());
  actions[Command::Redo]->setText(undo->canRedo() ? tr("&Redo: %1").arg(undo->redoText()) : tr("&Redo"));
  const bool hasNodes = !selection.nodes().empty();
  const bool hasDrawing = !selection.region().empty() || selection.note() >= 0;
  for (const Command command : {Command::FitSelection, Command::Group}) actions[command]->setEnabled(hasNodes);
  for (const Command command : {Command::Cut, Command::Copy, Command::Duplicate})
    actions[command]->setEnabled(hasNodes || hasDrawing);
  actions[Command::Delete]->setEnabled(!selection.isEmpty() || hasDrawing);
  actions[Command::Ungroup]->setEnabled(!selection.region().empty());
  actions[Command::Connect]->setEnabled(!selection.onlyNode().empty());
  actions[Command::Rename]->setEnabled(!selection.onlyNode().empty() || !selection.onlyEdge().empty() || hasDrawing);
}

void EditCommands::warn(const Diagnostics& problems) {
  if (problems.empty()) return;
  QString text = QString::fromStdString(problems.front().message);
  if (!problems.front().hint.empty())
    text += QStringLiteral(" (%1)").arg(QString::fromStdString(problems.front().hint));
  window_.tell(text);
}

void EditCommands::copy() {
  const Selection& selection = window_.selection();
  const edits::Names nodes = chosenNodes();
  std::vector<std::size_t> notes;
  if (selection.note() >= 0) notes.push_back(static_cast<std::size_t>(selection.note()));
  if (nodes.empty() && notes.empty()) return;
  QApplication::clipboard()->setText(QString::fromStdString(edits::copy(window_.document().scenario(), nodes, notes)));
}

// A region stands for its members.
edits::Names EditCommands::chosenNodes() const {
  const GroupSpec* region = window_.document().scenario().findRegion(window_.selection().region());
  return region != nullptr ? region->members : window_.selection().nodeList();
}

// Where the pointer is; a second paste at the same place goes beside the first one.
void EditCommands::paste() {
  Document& document = window_.document();
  const QPointF wanted = window_.canvas().pointerPlace();
  Point centre{std::round(wanted.x() / kGrid) * kGrid, std::round(wanted.y() / kGrid) * kGrid};
  const std::string text = QApplication::clipboard()->text().toStdString();
  const std::size_t notes = document.scenario().notes.size();
  const auto covers = [&](const Scenario& pasted, const edits::Names& names) {
    for (std::size_t i = notes; i < pasted.notes.size(); ++i)
      for (std::size_t k = 0; k < notes; ++k)
        if (std::hypot(pasted.notes[i].at.x - pasted.notes[k].at.x, pasted.notes[i].at.y - pasted.notes[k].at.y) < kGrid)
          return true;
    for (const std::string& name : names) {
      const Point* at = edits::placeOf(pasted, name);
      for (const auto& [other, place] : document.scenario().layout)
        if (at != nullptr && std::hypot(at->x - place.x, at->y - place.y) < kGrid) return true;
    }
    return false;
  };
  edits::Names added;
  for (int attempt = 0; attempt < 20; ++attempt) {
    Scenario probe = document.scenario();
    if (hasErrors(edits::paste(text, centre, &added)(probe)) || !covers(probe, added)) break;
    centre = {centre.x + kBeside.x, centre.y + kBeside.y};
  }
  added.clear();
  warn(document.apply(tr("Paste"), edits::paste(text, centre, &added)));
  if (!added.empty())
    window_.selection().set(asSet(added));
  else if (document.scenario().notes.size() > notes)
    window_.selection().setNote(static_cast<int>(document.scenario().notes.size()) - 1);
}

void EditCommands::duplicate() {
  Document& document = window_.document();
  if (const int note = window_.selection().note(); note >= 0) {
    NoteSpec copied = document.scenario().notes[static_cast<std::size_t>(note)];
    copied.at = {copied.at.x + kBeside.x, copied.at.y + kBeside.y};
    warn(document.apply(tr("Duplicate"), edits::addNote(std::move(copied))));
    return window_.selection().setNote(static_cast<int>(document.scenario().notes.size()) - 1);
  }
  edits::Names added;
  warn(document.apply(tr("Duplicate"), edits::duplicate(chosenNodes(), kBeside, &added)));
  if (!added.empty()) window_.selection().set(asSet(added));
}

void EditCommands::remove() {
  const Selection& selection = window_.selection();
  Document& document = window_.document();
  if (!selection.region().empty()) return ungroup();
  if (selection.note() >= 0)
    return warn(document.apply(tr("Delete a note"), edits::removeNote(static_cast<std::size_t>(selection.note()))));
  const auto nodes = selection.nodeList(), edges = selection.edgeList();
  if (nodes.empty() && edges.empty()) return;
  const std::size_t count = nodes.size() + edges.size();
  const QString what = count == 1 ? QString::fromStdString(nodes.empty() ? edges[0] : nodes[0])
                                  : tr("%n things", nullptr, static_cast<int>(count));
  warn(document.apply(tr("Delete %1").arg(what), edits::remove(nodes, edges)));
}

// The name can be written at once.
void EditCommands::group() {
  Document& document = window_.document();
  const edits::Names nodes = window_.selection().nodeList();
  const std::string name = edits::freeName(document.scenario(), "region");
  const Diagnostics said =
      document.apply(tr("Group %n nodes", nullptr, static_cast<int>(nodes.size())), edits::group(nodes, name));
  warn(said);
  if (hasErrors(said)) return;
  window_.selection().setRegion(name);
  window_.canvas().renaming().renameRegion(name);
}

void EditCommands::ungroup() {
  const std::string region = window_.selection().region();
  if (region.empty()) return;
  warn(window_.document().apply(tr("Ungroup %1").arg(QString::fromStdString(region)), edits::ungroup(region)));
}

}  // namespace faultline
