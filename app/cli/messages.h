// Messages for people on standard error: "error: ..." and "warning: ...", in colour on a terminal.
#pragma once

#include <string>

namespace faultline::cli {

void sayError(const std::string& text);
void sayWarning(const std::string& text);

// A command's result on standard output. The exit status: fine, or why it cannot be written.
int writeResult(const std::string& text);

}  // namespace faultline::cli
