#include "gui/canvas/renaming.h"

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/note_item.h"
#include "gui/canvas/place_editor.h"
#include "gui/document/document.h"
#include "gui/document/drawing_edits.h"
#include "gui/document/selection.h"
#include "gui/style/theme.h"

namespace faultline {

namespace {

QString refusalOf(const Diagnostics& said) {
  if (!hasErrors(said)) return {};
  QString text = QString::fromStdString(said.front().message);
  if (!said.front().hint.empty()) text += QStringLiteral(": ") + QString::fromStdString(said.front().hint);
  return text;
}

}  // namespace

Renaming::Renaming(CanvasView& view) : QObject(&view), view_(view), editor_(new PlaceEditor(view.viewport())) {
  connect(editor_, &PlaceEditor::closed, &view, [&view] { view.setFocus(); });
  // The place would be another one after a change of the view or of the document.
  connect(&view, &CanvasView::moved, editor_, &PlaceEditor::abandon);
  connect(&view.canvas().document(), &Document::replaced, editor_, &PlaceEditor::abandon);
}

bool Renaming::isOpen() const { return editor_->isOpen(); }
void Renaming::abandon() { editor_->abandon(); }

QRect Renaming::onScreen(const QRectF& scene) const { return view_.viewportTransform().mapRect(scene).toAlignedRect(); }

bool Renaming::renameSelected() {
  const Selection& selection = view_.canvas().selection();
  if (const std::string node = selection.onlyNode(); !node.empty())
    renameNode(node);
  else if (const std::string edge = selection.onlyEdge(); !edge.empty())
    relabelEdge(edge);
  else if (!selection.region().empty())
    renameRegion(selection.region());
  else if (selection.note() >= 0)
    editNote(selection.note());
  else
    return false;
  return true;
}

void Renaming::renameNode(const std::string& node) {
  const NodeItem* item = view_.canvas().node(node);
  if (item == nullptr) return;
  const QRectF title = item->titleRect().translated(item->pos()).adjusted(-4, -1, 24, 1);
  editor_->open(onScreen(title), QString::fromStdString(node), false, Theme::instance().font(Type::Name),
                [this, node](const QString& text) {
                  return refusalOf(view_.canvas().document().apply(tr("Rename %1").arg(QString::fromStdString(node)),
                                                                   edits::rename(node, text.toStdString())));
                });
}

void Renaming::relabelEdge(const std::string& edge) {
  const EdgeItem* item = view_.canvas().edge(edge);
  const EdgeSpec* spec = nullptr;
  for (const EdgeSpec& other : view_.canvas().document().scenario().edges)
    if (other.name() == edge) spec = &other;
  if (item == nullptr || spec == nullptr) return;
  const QPointF middle = item->at(0.5);
  editor_->open(onScreen({middle.x() - 50, middle.y() - 12, 100, 24}), QString::fromStdString(spec->label), false,
                Theme::instance().font(Type::Base), [this, edge](const QString& text) {
                  Document& document = view_.canvas().document();
                  const auto parsed = [&] {
                    for (const EdgeSpec& other : document.scenario().edges)
                      if (other.name() == edge) return edgeName(other.from, other.to, text.toStdString());
                    return std::string();
                  }();
                  const Diagnostics said = document.apply(tr("Label %1").arg(QString::fromStdString(edge)),
                                                          edits::relabel(edge, text.toStdString()));
                  if (!hasErrors(said)) view_.canvas().selection().set({}, {parsed});
                  return refusalOf(said);
                });
}

void Renaming::renameRegion(const std::string& region) {
  const GroupItem* item = view_.canvas().region(region);
  if (item == nullptr) return;
  const QRectF title = item->titleRect().adjusted(8, 2, 30, 0);
  editor_->open(onScreen(title), QString::fromStdString(region), false, Theme::instance().font(Type::Name),
                [this, region](const QString& text) {
                  const std::string name = text.toStdString();
                  const Diagnostics said = view_.canvas().document().apply(
                      tr("Rename %1").arg(QString::fromStdString(region)), edits::renameRegion(region, name));
                  if (!hasErrors(said)) view_.canvas().selection().setRegion(name);
                  return refusalOf(said);
                });
}

void Renaming::editNote(int index) {
  const NoteItem* item = view_.canvas().note(index);
  const auto& notes = view_.canvas().document().scenario().notes;
  if (item != nullptr)
    openNote(item->sceneNote(), QString::fromStdString(notes[static_cast<std::size_t>(index)].text), index);
}

void Renaming::writeNote(QPointF place) { openNote({place, QSizeF(220, 40)}, {}, -1); }

void Renaming::openNote(const QRectF& place, const QString& text, int index) {
  editor_->open(onScreen(place), text, true, Theme::instance().font(Type::Base),
                [this, place, index](const QString& written) {
                  Document& document = view_.canvas().document();
                  const NoteSpec note{written.toStdString(), {place.left(), place.top()}};
                  if (index >= 0)
                    return refusalOf(document.apply(written.isEmpty() ? tr("Delete a note") : tr("Edit a note"),
                                                    edits::changeNote(static_cast<std::size_t>(index), note)));
                  if (written.isEmpty()) return QString();  // nothing was written: there is no note
                  const Diagnostics said = document.apply(tr("Write a note"), edits::addNote(note));
                  if (!hasErrors(said))
                    view_.canvas().selection().setNote(static_cast<int>(document.scenario().notes.size()) - 1);
                  return refusalOf(said);
                });
}

}  // namespace faultline
