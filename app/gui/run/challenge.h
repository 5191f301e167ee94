// The challenge of the open scenario: the design as it was given, what the document has changed of it, and the grade.
//
// The design as it was given is the library's, found by the file or, for an answer that was saved elsewhere, by the
// name; of a challenge that the library does not have it is the scenario as it was opened. Grades are made on other
// threads by what `faultline grade` calls. Thread safety: the window's thread.
#pragma once

#include <QObject>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/grade.h"
#include "gui/models/background.h"

namespace faultline {

class Document;

class Challenge : public QObject {
  Q_OBJECT

 public:
  // `library` is the folder of the scenarios.
  Challenge(Document& document, QString library, QObject* parent = nullptr);

  bool isThere() const { return given_.challenge.has_value(); }
  // REQUIRES isThere().
  const ChallengeSpec& spec() const { return *given_.challenge; }
  const Scenario& given() const { return given_; }
  // What the document has changed so far, and what of it is not allowed.
  const std::vector<std::string>& changes() const { return changes_; }
  const std::vector<std::string>& broken() const { return broken_; }

  // Who sits there is examined with luck of their own.
  void setSeed(std::optional<std::uint64_t> seed);
  // Graded later, and told by `graded`. Nothing happens to a document that cannot run.
  void grade();
  void cancel() { background_.cancel(); }
  bool canGrade() const;
  const Background& background() const { return background_; }
  const std::optional<Grade>& result() const { return result_; }
  // The document was edited since the grade.
  bool isOutdated() const { return outdated_; }

 Q_SIGNALS:
  // Another challenge, or none.
  void replaced();
  // Another answer, or another grade.
  void changed();
  void graded(const faultline::Grade& grade);
  void stateChanged();
  void progressed(double share);

 private:
  void begin();
  void look();

  Document& document_;
  QString library_;
  Scenario given_;
  std::optional<std::uint64_t> seed_;
  std::vector<std::string> changes_, broken_;
  std::optional<Grade> result_;
  bool outdated_ = false;
  Background background_;
};

}  // namespace faultline
