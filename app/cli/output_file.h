// One file that a command writes: there in full, or as it was.
#pragma once

#include <string>

namespace faultline::cli {

// Why nothing may be written there, known before a long run; an empty text when it may. `option` is what named the file.
std::string refusalOfFile(const std::string& path, const std::string& option, bool mayReplace);

// Replaces the file in one step; what is no plain file (a pipe, a device) is written to. Returns a problem, or an empty
// text.
std::string writeFile(const std::string& path, const std::string& content);

}  // namespace faultline::cli
