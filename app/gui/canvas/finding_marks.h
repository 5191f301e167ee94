// Squiggles on cards and arrows where a review found a risk; the tooltip says which.
//
// Each mark is a child of its card or arrow, so it moves and goes with it.
#pragma once

#include <QObject>

namespace faultline {

class CanvasScene;
class Findings;

class FindingMarks : public QObject {
  Q_OBJECT

 public:
  FindingMarks(CanvasScene& scene, const Findings& findings);

 private:
  void refresh();

  CanvasScene& scene_;
  const Findings& findings_;
};

}  // namespace faultline
