// faultline kinds, schema, reference
#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "io/reference.h"
#include "metrics/text_table.h"
#include "model/catalog.h"
#include "model/problem.h"
#include "model/validate.h"

namespace faultline::cli {

int listKinds() {
  TextTable table;
  for (const char* title : {"kind", "category", "what it is"}) table.addColumn(title, TextTable::Align::Left);
  for (const ComponentInfo* kind : catalog()) table.addRow({kind->kind, kind->category, kind->summary});
  std::fputs(table.text("").c_str(), stdout);
  std::puts("\n`faultline kinds KIND` prints the reference of one.");
  return kFine;
}

int showKind(const std::string& kind) {
  if (findKind(kind) == nullptr) {
    std::vector<std::string_view> known;
    for (const ComponentInfo* info : catalog()) known.emplace_back(info->kind);
    const std::string near = nearestName(kind, known);
    std::string all;
    for (std::string_view name : known) all += (all.empty() ? "" : ", ") + std::string(name);
    return refuse("there is no kind " + quoted(kind) + (near.empty() ? "" : " (did you mean " + quoted(near) + "?)") +
                  "; the kinds are: " + all);
  }
  std::fputs(referenceFor(kind).c_str(), stdout);
  return kFine;
}

int printSchema() {
  std::fputs(jsonSchema().c_str(), stdout);
  return kFine;
}

int printReference() {
  std::fputs(referenceMarkdown().c_str(), stdout);
  return kFine;
}

}  // namespace faultline::cli
