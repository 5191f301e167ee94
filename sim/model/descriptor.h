// Descriptors: what a component kind, an edge, a class or an action can be told, and how it is shown.
//
// A kind declares a plain struct of parameters with their defaults as member initialisers, and a table of `ParamInfo`
// that binds each member to its name, unit, range and help. Everything else follows from the table: reading and
// writing YAML, validation, `--set`, the JSON Schema, the reference, the inspector.
//
// Example:
//   struct Params { std::int64_t workers = 16; Distribution work = Distribution::constant(5e6); };
//   const ParamInfo kParams[] = {
//       param<&Params::workers>("workers", "Workers", range(1, 1e6), "Requests one instance handles at a time."),
//       param<&Params::work>("work", "Work", {}, "Own work for each request."),
//   };
//
// Thread safety: descriptors are immutable after static initialisation.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/distribution.h"
#include "base/time.h"
#include "model/value.h"

namespace faultline {

class Component;

// Numbers with a meaning; distinct types so that the descriptor knows the unit from the member.
struct Ratio {  // 0..1, written as 95% or 0.95
  double value = 0;
  auto operator<=>(const Ratio&) const = default;
};
struct PerSecond {  // written as 300/s, 5/min, 2k/s
  double value = 0;
  auto operator<=>(const PerSecond&) const = default;
};
struct Bytes {  // written as 4GiB, 200kB, 64B
  double value = 0;
  auto operator<=>(const Bytes&) const = default;
};
struct BytesPerSecond {  // written as 100Mbit/s, 1GiB/s
  double value = 0;
  auto operator<=>(const BytesPerSecond&) const = default;
};

enum class ParamType {
  Flag,          // true | false                     Value: bool
  Count,         // 3, 200k, 9.5M                    Value: int64
  Number,        // 0.99                             Value: double
  Ratio,         // 95%                              Value: double
  Rate,          // 300/s                            Value: double, per second
  Bytes,         // 4GiB                             Value: double
  Bandwidth,     // 100Mbit/s                        Value: double, bytes per second
  Duration,      // 8ms                              Value: Duration
  Distribution,  // exponential(8ms) of time         Value: Distribution in nanoseconds
  CountDistribution,  // 3 or uniform(1, 5)          Value: Distribution of a plain count
  Choice,        // one of the listed names          Value: string
  Text,          // free text                        Value: string
  NodeName,      // the name of a node               Value: string
  ClassList,     // [a, b] request classes           Value: list of string
  TextList,      // [a, b] free words                Value: list of string
  KeySpace,      // zipf(0.99, 200k)                 Value: string in canonical form, see parts/keyspace
  Group,         // {a: 1, b: 2} fields              Value: map
  Table,         // {row: {a: 1}, row2: {a: 2}}      Value: map of maps; the key is the row's name
  Points,        // [[0s, 100/s], [60s, 300/s]]      Value: list of lists of (Duration, double per second)
};

struct ChoiceInfo {
  const char* name;
  const char* help;
};

struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};
constexpr Range range(double min, double max) { return {min, max}; }

struct ParamInfo {
  const char* name = "";
  const char* label = "";
  ParamType type = ParamType::Flag;
  // For numbers and counts the value itself, for durations seconds, for rates per second.
  Range range;
  const char* help = "";
  std::span<const ChoiceInfo> choices;  // of a Choice
  std::span<const ParamInfo> fields;    // of a Group or a row of a Table
  bool optional = false;                // may be unset; then it has no default value
  bool perClass = false;                // also accepts {class: value, ...}; see PerClass
  bool required = false;                // must be written
  bool fixed = false;                   // cannot be changed while a simulation runs
  bool isTraceFile = false;             // a text that names a file of recorded requests, see base/trace.h
  bool live() const { return !fixed; }

  // Stores a value of the declared type in the struct / reads it back. An unset Value resets an optional.
  void (*assign)(void* params, const Value& value) = nullptr;
  Value (*read)(const void* params) = nullptr;
};

// One distribution for all request classes, with exceptions by class name. As a Value it is either a Distribution or
// a map {default: D, class: D, ...}, in which `default` must be present.
inline constexpr const char* kDefaultClass = "default";
struct PerClass {
  Distribution base;
  std::vector<std::pair<std::string, Distribution>> byClass;
  bool operator==(const PerClass&) const = default;
};

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
// A table is a vector of (row name, row) pairs.
template <class T>
struct IsTable : std::false_type {};
template <class Row>
struct IsTable<std::vector<std::pair<std::string, Row>>> : std::true_type {
  using RowType = Row;
};

template <class T>
struct MemberOf;
template <class S, class M>
struct MemberOf<M S::*> {
  using Struct = S;
  using Member = M;
};

using Points = std::vector<std::pair<Duration, double>>;

template <class T>
constexpr ParamType typeOf() {
  if constexpr (IsOptional<T>::value) return typeOf<typename T::value_type>();
  else if constexpr (std::is_same_v<T, bool>) return ParamType::Flag;
  else if constexpr (std::is_same_v<T, std::int64_t>) return ParamType::Count;
  else if constexpr (std::is_same_v<T, double>) return ParamType::Number;
  else if constexpr (std::is_same_v<T, Ratio>) return ParamType::Ratio;
  else if constexpr (std::is_same_v<T, PerSecond>) return ParamType::Rate;
  else if constexpr (std::is_same_v<T, Bytes>) return ParamType::Bytes;
  else if constexpr (std::is_same_v<T, BytesPerSecond>) return ParamType::Bandwidth;
  else if constexpr (std::is_same_v<T, Duration>) return ParamType::Duration;
  else if constexpr (std::is_same_v<T, Distribution> || std::is_same_v<T, PerClass>) return ParamType::Distribution;
  else if constexpr (std::is_enum_v<T>) return ParamType::Choice;
  else if constexpr (std::is_same_v<T, std::string>) return ParamType::Text;
  else if constexpr (std::is_same_v<T, std::vector<std::string>>) return ParamType::TextList;
  else if constexpr (std::is_same_v<T, Points>) return ParamType::Points;
  else if constexpr (IsTable<T>::value) return ParamType::Table;
  else return ParamType::Group;
}

// The index of a choice in an enum is its position in the list of choices.
int choiceIndex(std::span<const ChoiceInfo> choices, std::string_view name);
std::vector<std::string> stringsOf(const Value& value);
Value valueOf(const std::vector<std::string>& strings);
Points pointsOf(const Value& value);
Value valueOf(const Points& points);
PerClass perClassOf(const Value& value);
Value valueOf(const PerClass& perClass);

template <class T, const auto* Extra>
T fromValue(const Value& v);
template <class T, const auto* Extra>
Value toValue(const T& x);

template <const auto* Fields, class S>
void assignFields(S& target, const ValueMap& map) {
  for (const auto& [key, value] : map.entries)
    for (const ParamInfo& f : *Fields)
      if (key == f.name) f.assign(&target, value);
}
template <const auto* Fields, class S>
ValueMap readFields(const S& source) {
  ValueMap map;
  for (const ParamInfo& f : *Fields) {
    Value v = f.read(&source);
    if (v.isSet()) map.entries.emplace_back(f.name, std::move(v));
  }
  return map;
}

template <class T, const auto* Extra>
T fromValue(const Value& v) {
  if constexpr (IsOptional<T>::value) {
    if (!v.isSet()) return std::nullopt;
    return fromValue<typename T::value_type, Extra>(v);
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, double> ||
                       std::is_same_v<T, Duration> || std::is_same_v<T, Distribution> ||
                       std::is_same_v<T, std::string>) {
    return *v.as<T>();
  } else if constexpr (std::is_same_v<T, Ratio> || std::is_same_v<T, PerSecond> || std::is_same_v<T, Bytes> ||
                       std::is_same_v<T, BytesPerSecond>) {
    return T{*v.as<double>()};
  } else if constexpr (std::is_same_v<T, PerClass>) {
    return perClassOf(v);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return stringsOf(v);
  } else if constexpr (std::is_same_v<T, Points>) {
    return pointsOf(v);
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(choiceIndex(*Extra, *v.as<std::string>()));
  } else if constexpr (IsTable<T>::value) {
    T table;
    for (const auto& [name, row] : v.as<ValueMap>()->entries) {
      typename IsTable<T>::RowType r{};
      assignFields<Extra>(r, *row.template as<ValueMap>());
      table.emplace_back(name, std::move(r));
    }
    return table;
  } else {
    T group{};
    assignFields<Extra>(group, *v.as<ValueMap>());
    return group;
  }
}

template <class T, const auto* Extra>
Value toValue(const T& x) {
  if constexpr (IsOptional<T>::value) {
    return x ? toValue<typename T::value_type, Extra>(*x) : Value{};
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, double> ||
                       std::is_same_v<T, Duration> || std::is_same_v<T, Distribution> ||
                       std::is_same_v<T, std::string>) {
    return Value(x);
  } else if constexpr (std::is_same_v<T, Ratio> || std::is_same_v<T, PerSecond> || std::is_same_v<T, Bytes> ||
                       std::is_same_v<T, BytesPerSecond>) {
    return Value(x.value);
  } else if constexpr (std::is_same_v<T, PerClass> || std::is_same_v<T, std::vector<std::string>> ||
                       std::is_same_v<T, Points>) {
    return valueOf(x);
  } else if constexpr (std::is_enum_v<T>) {
    return Value(std::string((*Extra)[static_cast<std::size_t>(x)].name));
  } else if constexpr (IsTable<T>::value) {
    ValueMap map;
    for (const auto& [name, row] : x) map.entries.emplace_back(name, Value(readFields<Extra>(row)));
    return Value(std::move(map));
  } else {
    return Value(readFields<Extra>(x));
  }
}

inline constexpr std::array<int, 0> kNoExtra{};

// Every kind calls its parameters `Params` in an unnamed namespace. That type has to be an argument of the template: g++ 12
// gives what depends on the pointer to member alone external linkage, and the linker then merges the kinds' functions.
template <class Struct, auto Member, const auto* Extra>
struct Access {
  using T = typename MemberOf<decltype(Member)>::Member;

  static void assign(void* params, const Value& v) {
    T& member = static_cast<Struct*>(params)->*Member;
    // Fields of a group that were not written keep the defaults of the struct that holds the group.
    if constexpr (typeOf<T>() == ParamType::Group && !IsOptional<T>::value)
      assignFields<Extra>(member, *v.as<ValueMap>());
    else
      member = fromValue<T, Extra>(v);
  }
  static Value read(const void* params) { return toValue<T, Extra>(static_cast<const Struct*>(params)->*Member); }
};

}  // namespace detail

// A parameter bound to a member. `Extra` is the array of ChoiceInfo of an enum, or of ParamInfo of a group or table.
template <auto Member, const auto* Extra = &detail::kNoExtra>
constexpr ParamInfo param(const char* name, const char* label, Range range, const char* help) {
  using M = detail::MemberOf<decltype(Member)>;
  using T = typename M::Member;
  ParamInfo p;
  p.name = name;
  p.label = label;
  p.range = range;
  p.help = help;
  p.type = detail::typeOf<T>();
  p.optional = detail::IsOptional<T>::value;
  p.perClass = std::is_same_v<T, PerClass>;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype((*Extra)[0])>, ChoiceInfo>) p.choices = *Extra;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype((*Extra)[0])>, ParamInfo>) p.fields = *Extra;
  p.assign = detail::Access<typename M::Struct, Member, Extra>::assign;
  p.read = detail::Access<typename M::Struct, Member, Extra>::read;
  return p;
}

// Refinements, so that tables stay one line a parameter.
constexpr ParamInfo required(ParamInfo p) {
  p.required = true;
  return p;
}
constexpr ParamInfo fixed(ParamInfo p) {
  p.fixed = true;
  return p;
}
constexpr ParamInfo traceFile(ParamInfo p) {
  p.isTraceFile = true;
  return p;
}
constexpr ParamInfo as(ParamType type, ParamInfo p) {
  p.type = type;
  return p;
}

constexpr ParamInfo among(std::span<const ChoiceInfo> choices, ParamInfo p) {  // the words that a TextList may hold
  p.choices = choices;
  return p;
}
// A parameter that is bound to no struct: a field of an action.
constexpr ParamInfo field(ParamType type, const char* name, const char* label, Range range, const char* help) {
  ParamInfo p;
  p.name = name;
  p.label = label;
  p.type = type;
  p.range = range;
  p.help = help;
  return p;
}

// What a metric's number is: a running total; a level that is averaged over time; observed durations; one counter of the
// kind over another, in each window (nothing sets it); a level of which the series shows the highest of each window; a
// level that is refreshed in onSample, of which the series shows that reading.
enum class MetricType { Counter, Gauge, Timing, Ratio, Peak, Reading };

struct MetricInfo {
  const char* name;
  MetricType type;
  const char* unit;  // "1", "/s", "s", "B", "messages", ...
  const char* help;
  std::uint32_t numerator = 0, denominator = 0;  // of a Ratio: indexes of counters among the kind's metrics
};

// A metric of the kind that tells of trouble when it leaves its usual range in one direction.
struct SymptomInfo {
  const char* metric;  // a counter, level or ratio of the kind
  bool rises;          // trouble is more of it; else less
  bool harms;          // somebody suffers from it even when no request fails: work is late, data is old or lost
  const char* means;   // what happened, in a few words that follow the node's name
};

// What a node is to queueing theory and to a bound of its capacity, for calls of one class or query.
struct StationInfo {
  double servers = 0;                    // of one instance; 0: calls take no server
  std::optional<double> cores;           // that the running work of an instance shares; unset: each server its own
  std::optional<std::int64_t> waiting;   // how many may wait at an instance; unset: no limit
  bool fifo = true;                      // who waits is served in the order of arrival
  Distribution work;                     // CPU work of a call, in nanoseconds
  Distribution delay;                    // time of a call at its server that needs no CPU
};

// What a reviewer says about the parameters of one node, before any run.
struct Advice {
  std::string param;    // the parameter it is about, as in `--set`
  std::string what;     // what is missing or risky, in words that follow the node's name
  std::string why;      // what happens then
  std::string mend;     // a value for the parameter that mends it, as YAML; empty where none can be named
};

// A change of parameters that may help in an incident.
struct Remedy {
  std::string param;  // as in `--set`
  std::string value;  // as YAML
  std::string label;  // "an index for by_email"
  double cost = 1;    // 1: a setting; 3: another instance; 5: new machinery
};

// How a call can end badly, see model.md section 2.
enum class Outcome : std::uint8_t { Ok, Error, Timeout, Rejected, Unavailable };
const char* toString(Outcome outcome);

struct ReasonInfo {
  const char* name;  // snake_case, unique within the kind
  Outcome outcome;
  const char* help;
};

// A verb of the timeline that only this kind understands (for example drop_index).
struct ActionInfo {
  const char* name;
  std::span<const ParamInfo> fields;  // bound to no struct: only names, types and ranges are used
  const char* help;
};

// Which arrows a node may have.
enum class PortUse { None, Optional, Required };

// What a kind does to the node that its arrow leads to.
struct Control {
  std::string parameter;  // the count that it changes there
  std::string watched;    // the node that it watches; empty: the same
  std::string gauge;      // the gauge that it reads of that; empty: none
};

struct ComponentInfo {
  const char* kind = "";
  const char* label = "";
  const char* category = "";  // groups the palette: traffic, routing, compute, data, messaging, resilience
  const char* summary = "";   // one sentence
  const char* help = "";      // what it models, what it leaves out, and the sources of its defaults
  std::span<const ParamInfo> params;
  std::span<const MetricInfo> metrics;
  std::span<const ReasonInfo> reasons;
  std::span<const ActionInfo> actions;
  std::span<const SymptomInfo> symptoms;      // what an explanation of an incident looks at
  std::span<const char* const> headline;  // metrics shown on the node, most telling first
  PortUse inputs = PortUse::Optional;   // may, must or cannot be called
  PortUse outputs = PortUse::Optional;  // may, must or cannot call
  bool singleOutput = false;            // calls exactly one other node
  bool originates = false;              // starts operations of its own (a client)
  bool caches = false;                  // answers some calls instead of what is behind it
  bool buffers = false;                 // answers before it passes on, so a cycle through it is legal (a queue)

  std::shared_ptr<void> (*makeParams)() = nullptr;  // defaults
  std::unique_ptr<Component> (*create)(const void* params) = nullptr;
  // Number of instances the parameters ask for. Kinds without instances leave it null: they have one.
  std::int64_t (*instances)(const void* params) = nullptr;
  // How many of the metrics, from the first on, a node with these parameters has. Null: all of them.
  std::size_t (*metricCount)(const void* params) = nullptr;
  // What the ranges cannot say: how two parameters must fit. Appends "param name: message" pairs. May be null.
  void (*check)(const void* params, std::vector<std::pair<std::string, std::string>>& problems) = nullptr;
  // Names of the queries that arrows to this node, and the field `query` of its own verbs, may give. Null: it runs none.
  std::vector<std::string> (*queryNames)(const void* params) = nullptr;
  // For kinds that change other nodes; null for all others.
  Control (*control)(const void* params) = nullptr;
  // Bytes that the node needs for its state before the first request (tables of keys, slots), over all instances.
  // Null: next to nothing. Validation refuses a scenario that needs more than the machine has.
  double (*memoryBytes)(const void* params) = nullptr;
  // Null: it is no station. `query` is empty where a call names none.
  StationInfo (*station)(const void* params, std::string_view className, std::string_view query) = nullptr;
  // Operations a second that it offers in its steady state. Null: not known before a run.
  double (*offeredRate)(const void* params) = nullptr;
  // Both may be null: it has nothing to say.
  void (*review)(const void* params, std::vector<Advice>& advice) = nullptr;
  void (*remedies)(const void* params, std::vector<Remedy>& remedies) = nullptr;
};

const ParamInfo* findParam(std::span<const ParamInfo> params, std::string_view name);

// A parameter struct with the given values over its defaults. REQUIRES values that were validated against `info`.
std::shared_ptr<void> makeParams(const ComponentInfo& info, const ValueMap& values);
// The metrics that a node with these parameters has.
std::span<const MetricInfo> metricsOf(const ComponentInfo& info, const void* params);

template <class P>
std::shared_ptr<void> makeDefault() {
  return std::make_shared<P>();
}

}  // namespace faultline
