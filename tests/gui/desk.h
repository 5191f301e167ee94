// A window with a scenario, and the pointer and the keyboard of somebody in front of it: for tests of the studio.
#pragma once

#include <QtTest>
#include <QtWidgets>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/edge_item.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/place_editor.h"
#include "gui/main_window.h"
#include "gui/panels/quick_add.h"
#include "gui/side_panels.h"

namespace faultline {

inline const QString kFlagship = QStringLiteral(FAULTLINE_SOURCE_DIR "/scenarios/missing_index_cascade.yaml");
constexpr int kPatienceMs = 60'000;

struct Desk {
  MainWindow window;
  CanvasView& view = window.canvas();
  CanvasScene& scene = view.canvas();
  Document& document = window.document();
  Selection& selection = window.selection();

  // The flagship, unless another file is named; an empty canvas for an empty name.
  explicit Desk(const QString& file = kFlagship, QSize size = {1200, 780}) {
    if (!file.isEmpty()) window.openFile(file);
    window.resize(size);
    window.show();
    (void)QTest::qWaitForWindowExposed(&window);
    window.activateWindow();
    view.setFocus();
  }
  ~Desk() { document.reset(); }  // nothing to save: closing asks nobody

  QWidget* port() { return view.viewport(); }
  QPoint viewPoint(QPointF scenePoint) const { return view.viewportTransform().map(scenePoint).toPoint(); }
  QPoint centreOf(const std::string& node) const { return viewPoint(scene.node(node)->pos()); }
  QPoint outputOf(const std::string& node) const { return viewPoint(scene.node(node)->outputPort()); }
  QPoint inputOf(const std::string& node) const { return viewPoint(scene.node(node)->inputPort()); }
  // A place of the viewport where nothing is.
  QPoint ground() {
    for (int y = 40; y < port()->height() - 120; y += 23)
      for (int x = 30; x < port()->width() - 200; x += 31)
        if (scene
                .items(QRectF(view.pointerAt({x, y}).scene - QPointF(60, 60), QSizeF(120, 120)),
                       Qt::IntersectsItemBoundingRect)
                .isEmpty())
          return {x, y};
    return {3, 3};
  }

  void moveTo(QPoint at, Qt::MouseButtons held = Qt::NoButton, Qt::KeyboardModifiers modifiers = {}) {
    QMouseEvent move(QEvent::MouseMove, at, port()->mapToGlobal(at), Qt::NoButton, held, modifiers);
    QApplication::sendEvent(port(), &move);
  }
  // Press and move; `drop` is the release.
  void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mousePress(port(), Qt::LeftButton, modifiers, from);
    for (int i = 1; i <= 4; ++i) moveTo(from + (to - from) * i / 4, Qt::LeftButton, modifiers);
  }
  void drop(QPoint at, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mouseRelease(port(), Qt::LeftButton, modifiers, at);
  }
  void dragAndDrop(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
    drag(from, to, modifiers);
    drop(to, modifiers);
  }
  void click(QPoint at, Qt::KeyboardModifiers modifiers = {}) {
    QTest::mouseClick(port(), Qt::LeftButton, modifiers, at);
  }
  void doubleClick(QPoint at) { QTest::mouseDClick(port(), Qt::LeftButton, {}, at); }
  void key(int key, Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(&view, static_cast<Qt::Key>(key), modifiers);
  }
  void give(Command command) { window.actions()[command]->trigger(); }

  // Writes into the editor that is open on the canvas.
  PlaceEditor& editor() { return *port()->findChild<PlaceEditor*>(); }
  void write(const QString& text, int end = Qt::Key_Return) {
    editor().selectAll();
    QTest::keyClicks(&editor(), text);
    QTest::keyClick(&editor(), static_cast<Qt::Key>(end));
  }
  // Types what to add into the list that is open.
  void choose(const QString& name) {
    QuickAdd& list = window.sidePanels().quickAdd();
    QTest::keyClicks(&list.search(), name);
    QTest::keyClick(&list.search(), Qt::Key_Return);
  }
};

}  // namespace faultline
