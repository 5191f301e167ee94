// A parameter value as the scenario holds it: typed, comparable, independent of any text format.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/distribution.h"
#include "base/time.h"

namespace faultline {

class Value;
// Keys in the order in which they were written; equality ignores that order.
struct ValueMap {
  std::vector<std::pair<std::string, Value>> entries;

  const Value* find(std::string_view key) const;
  void set(std::string_view key, Value value);
  bool erase(std::string_view key);
  bool empty() const;
  bool operator==(const ValueMap& other) const;
};
using ValueList = std::vector<Value>;

// Which alternative holds what: bool a flag; int64 a count; double a ratio (0..1), a rate (per second), a plain
// number or bytes, as the descriptor says; string a choice, a name or text.
class Value {
 public:
  using Variant =
      std::variant<std::monostate, bool, std::int64_t, double, Duration, Distribution, std::string, ValueList, ValueMap>;

  Value() = default;
  template <class T>
    requires std::constructible_from<Variant, T>
  Value(T&& value) : variant_(std::forward<T>(value)) {}
  Value(const char* text) : variant_(std::string(text)) {}
  Value(int count) : variant_(static_cast<std::int64_t>(count)) {}

  bool isSet() const { return !std::holds_alternative<std::monostate>(variant_); }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&variant_);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&variant_);
  }
  const Variant& variant() const { return variant_; }
  bool operator==(const Value& other) const { return variant_ == other.variant_; }

 private:
  Variant variant_;
};

inline bool ValueMap::empty() const { return entries.empty(); }

}  // namespace faultline
