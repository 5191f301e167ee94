// The drawings of the scenarios that come with the program: nothing covers anything.
#include <QtTest>
#include <algorithm>

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/document/document.h"
#include "gui/document/selection.h"
#include "gui/models/library.h"
#include "gui/run/run_bridge.h"
#include "gui/style/theme.h"
#include "io/yaml_reader.h"

using namespace faultline;

namespace {

bool isWithin(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  return std::all_of(some.begin(), some.end(),
                     [&](const std::string& name) { return std::find(all.begin(), all.end(), name) != all.end(); });
}

// What covers what, in words; empty when all stands apart.
QString covered(const CanvasScene& scene) {
  for (const auto& [name, node] : scene.nodes()) {
    for (const auto& [other, second] : scene.nodes())
      if (name < other && node->sceneCard().intersects(second->sceneCard()))
        return QString::fromStdString(name + " and " + other);
    for (const GroupItem* group : scene.groups())
      if (!isWithin({name}, group->members()) && group->frame().intersects(node->sceneCard()))
        return QString::fromStdString(group->name() + " and " + name);
  }
  for (const GroupItem* a : scene.groups())
    for (const GroupItem* b : scene.groups())
      if (a != b && a->frame().intersects(b->frame()) && !isWithin(a->members(), b->members()) &&
          !isWithin(b->members(), a->members()))
        return QString::fromStdString(a->name() + " and " + b->name());
  return {};
}

}  // namespace

class LibraryDrawingTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::instance().install(*qApp); }

  void nothingCoversAnything() {
    Document document;
    Selection selection(document);
    RunBridge run(document);
    CanvasScene scene(document, selection, run);
    int drawn = 0;
    const QString folder = scenarioFolder();
    for (const QString& file : libraryFiles(folder)) {
      document.reset(readScenarioFile((folder + QLatin1Char('/') + file).toStdString()).value);
      QVERIFY2(covered(scene).isEmpty(), qPrintable(file + ": " + covered(scene)));
      ++drawn;
    }
    QVERIFY(drawn > 100);
  }
};

QTEST_MAIN(LibraryDrawingTest)
#include "library_drawing_test.moc"
