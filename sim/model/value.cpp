#include "model/value.h"

#include <algorithm>

namespace faultline {

const Value* ValueMap::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

void ValueMap::set(std::string_view key, Value value) {
  for (auto& [name, old] : entries) {
    if (name != key) continue;
    old = std::move(value);
    return;
  }
  entries.emplace_back(std::string(key), std::move(value));
}

bool ValueMap::erase(std::string_view key) {
  const auto hasKey = [key](const auto& entry) { return entry.first == key; };
  return std::erase_if(entries, hasKey) > 0;
}

bool ValueMap::operator==(const ValueMap& other) const {
  if (entries.size() != other.entries.size()) return false;
  // Maps that were written alike are in the same order, which keeps the usual comparison linear.
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [name, value] = entries[i];
    const Value* otherValue = other.entries[i].first == name ? &other.entries[i].second : other.find(name);
    if (otherValue == nullptr || !(value == *otherValue)) return false;
  }
  return true;
}

}  // namespace faultline
