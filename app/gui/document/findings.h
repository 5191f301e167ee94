// What a review of the design finds, kept up to date while the document is edited.
//
// The review runs on another thread some time after the last edit; until it is through, the findings are the old ones as
// far as their places exist. A document that cannot run has none: its problems come first. Views ask by name, so that
// canvas and lists need not know each other.
//
// Thread safety: the window's thread.
#pragma once

#include <QObject>
#include <QTimer>
#include <string>
#include <vector>

#include "analysis/review.h"
#include "gui/document/edits.h"
#include "gui/models/background.h"

namespace faultline {

class Document;

class Findings : public QObject {
  Q_OBJECT

 public:
  explicit Findings(Document& document, QObject* parent = nullptr);

  // Risks first, else in the order of the review.
  const std::vector<Finding>& all() const { return all_; }
  int risks() const;
  bool isReviewed() const { return reviewed_; }  // false while the document has errors
  // Nodes and edges that a finding is about, by name.
  edits::Names nodesOf(const Finding& finding) const;
  edits::Names edgesOf(const Finding& finding) const;
  // Risks whose place is this node or edge.
  std::vector<const Finding*> risksAt(const std::string& place) const;

  // Applies the finding's mend as one entry of the undo stack. Returns what the document said.
  Diagnostics mend(const Finding& finding);

 Q_SIGNALS:
  void changed();

 private:
  void review();
  void take(std::vector<Finding> findings, bool reviewed);

  Document& document_;
  Background background_;
  QTimer delay_;
  std::vector<Finding> all_;
  Scenario reviewedScenario_;  // indexes of findings are of this one
  bool reviewed_ = false;
};

}  // namespace faultline
