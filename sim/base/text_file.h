// A whole file as text within a limit, and what makes bytes no text.
//
// Thread safety: pure functions. Complexity: linear in the file, of which no more than the limit is read. Errors: as a text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace faultline {

struct TextFile {
  std::string text;
  std::string problem;  // empty when the file was read
};

// Also of a pipe, which has no size.
TextFile readTextFile(const std::string& name, std::size_t mostBytes);

// What is said of a text that is longer.
std::string sizeProblem(std::size_t mostBytes);

// The length of the UTF-8 sequence at `at`, or 0 when there is none. After RFC 3629, section 4.
std::size_t utf8Length(std::string_view text, std::size_t at);

// What a terminal takes as it is: control characters and bytes that are no UTF-8 are written out, as \x1b. Lines and
// tabs stay.
std::string printable(std::string_view text);

// A byte as people write it: 0xff.
std::string hexByte(char c);

}  // namespace faultline
