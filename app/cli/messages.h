// Messages for people on standard error: "error: ..." and "warning: ...", in colour on a terminal.
#pragma once

#include <string>

namespace faultline::cli {

void sayError(const std::string& text);
void sayWarning(const std::string& text);
// Says an error; the exit status that goes with it.
int refuse(const std::string& error);

// A command's result on standard output. The exit status: fine, or why it cannot be written.
int writeResult(const std::string& text);
// The exit status of a command that has said all: another one where standard output could not take it.
int afterOutput(int status);

}  // namespace faultline::cli
