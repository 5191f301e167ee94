// What is wrong with an input, where, and what would be right.
//
// Checks report every problem they find, never only the first. `path` names the place inside the scenario
// ("nodes.db.queries.by_email.rows"); the reader of a file resolves it to a line and a column.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace faultline {

struct Diagnostic {
  enum class Severity { Error, Warning };

  Severity severity = Severity::Error;
  std::string file;     // empty when the scenario did not come from a file
  int line = 0;         // from 1; 0 when unknown
  int column = 0;       // from 1; 0 when unknown; without a line: inside the text at `path`
  std::string path;     // place inside the scenario, dotted
  std::string message;  // what is wrong
  std::string hint;     // what would be right; may be empty

  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

// "file:line:column: error: message (hint)".
std::string toString(const Diagnostic& diagnostic);

bool hasErrors(const Diagnostics& diagnostics);

// A value, or the reasons why there is none. Warnings may accompany a value.
template <class T>
struct Result {
  T value{};
  Diagnostics diagnostics;

  bool ok() const { return !hasErrors(diagnostics); }
};

}  // namespace faultline
