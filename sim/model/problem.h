// How checks word their findings: short constructors of diagnostics that know their place by path only.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace faultline {

inline Diagnostic errorAt(std::string path, std::string message, std::string hint = {}) {
  Diagnostic d;
  d.path = std::move(path);
  d.message = std::move(message);
  d.hint = std::move(hint);
  return d;
}

inline Diagnostic warningAt(std::string path, std::string message, std::string hint = {}) {
  Diagnostic d = errorAt(std::move(path), std::move(message), std::move(hint));
  d.severity = Diagnostic::Severity::Warning;
  return d;
}

// The text in quotes, cut where it is long, so that a message stays one line.
inline std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string shown = "\"";
  for (char c : text.substr(0, kMost)) shown += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  if (text.size() > kMost) {
    // Not in the middle of a UTF-8 character.
    while (shown.size() > 1 && (static_cast<unsigned char>(shown.back()) & 0xC0) == 0x80) shown.pop_back();
    if (shown.size() > 1 && static_cast<unsigned char>(shown.back()) >= 0xC0) shown.pop_back();
    shown += "...";
  }
  return shown + '"';
}

// "a Service", "an Autoscaler".
inline std::string withArticle(std::string_view label) {
  const bool isVowel = !label.empty() && std::string_view("AEIOUaeiou").find(label.front()) != std::string_view::npos;
  return (isVowel ? "an " : "a ") + std::string(label);
}

}  // namespace faultline
