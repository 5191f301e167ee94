// faultline check
#include <cstdio>

#include "base/text_file.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/loading.h"
#include "io/yaml_reader.h"

namespace faultline::cli {

int checkScenarios(const std::vector<std::string>& files) {
  int status = kFine;
  for (const std::string& file : files) {
    Result<Scenario> read = readScenarioFile(file);
    if (read.ok())
      for (Diagnostic& d : fitToMemory(read.value)) {
        d.file = file;
        read.diagnostics.push_back(std::move(d));
      }
    printProblems(read.diagnostics);
    if (read.ok())
      std::printf("%s: ok\n", printable(file).c_str());
    else
      status = kBadInput;
  }
  return status;
}

}  // namespace faultline::cli
