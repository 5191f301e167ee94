#include "base/text_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace faultline {

std::string sizeProblem(std::size_t mostBytes) {
  return "the file is larger than " + std::to_string(mostBytes >> 20) + " MiB, the most that is read";
}

TextFile readTextFile(const std::string& name, std::size_t mostBytes) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(name, error);
  if (!std::filesystem::exists(status)) return {{}, "there is no such file"};
  if (std::filesystem::is_directory(status)) return {{}, "this is a directory, not a file"};
  std::ifstream file(name, std::ios::binary);
  if (!file) return {{}, "the file cannot be read"};
  TextFile read;
  constexpr std::size_t kStep = 64u << 10;
  // One byte more than is allowed tells that there is more.
  while (file && read.text.size() <= mostBytes) {
    const std::size_t before = read.text.size(), step = std::min(kStep, mostBytes + 1 - before);
    read.text.resize(before + step);
    file.read(read.text.data() + before, static_cast<std::streamsize>(step));
    read.text.resize(before + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return {{}, "the file cannot be read"};
  if (read.text.size() > mostBytes) return {{}, sizeProblem(mostBytes)};
  return read;
}

std::size_t utf8Length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = std::max<std::size_t>(utf8Length(text, i), 1);
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters of two bytes.
    const bool isControl = length == 1 ? (byte < 0x20 && byte != '\n' && byte != '\t') || byte >= 0x7F
                                       : byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    for (const char c : text.substr(i, length)) {
      if (isControl)
        shown += "\\x" + hexByte(c).substr(2);
      else
        shown += c;
    }
    i += length;
  }
  return shown;
}

std::string hexByte(char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  return {'0', 'x', kDigits[value >> 4], kDigits[value & 15]};
}

}  // namespace faultline
