// A catalog of small kinds that use every type of parameter. Include it in one source of a test program: it takes the
// place of the real catalog there.
#pragma once

#include "model/catalog.h"

namespace faultline {
namespace {

enum class FakeOrder { Fifo, Lifo };
constexpr ChoiceInfo kFakeOrders[] = {{"fifo", "Oldest first."}, {"lifo", "Newest first."}};

struct SourceParams {
  PerSecond rate{100};
  std::optional<Duration> timeout;
  std::vector<std::pair<Duration, double>> profile;
};
constexpr ParamInfo kSourceParams[] = {
    param<&SourceParams::rate>("rate", "Rate", range(0, 1e6), "Arrivals."),
    param<&SourceParams::timeout>("timeout", "Timeout", range(0.001, 3600), "Gives up."),
    param<&SourceParams::profile>("profile", "Profile", range(0, 1e6), "Rate over time."),
};

struct FakeHealth {
  Duration every = seconds(2);
  std::int64_t fall = 3;
};
constexpr ParamInfo kFakeHealthFields[] = {
    param<&FakeHealth::every>("every", "Every", range(0.001, 3600), "Interval."),
    param<&FakeHealth::fall>("fall", "Fall", range(1, 100), "Failures."),
};
struct WorkerParams {
  std::int64_t instances = 1;
  std::int64_t workers = 16;
  PerClass work{Distribution::constant(5e6), {}};
  FakeHealth health{seconds(7), 3};
  FakeOrder order = FakeOrder::Fifo;
  std::string greeting;
  std::vector<std::string> tags;
  Ratio spare;
  Bytes memory{1e9};
  std::optional<BytesPerSecond> line;
  double exponent = 1;
  bool fast = false;
};
constexpr ParamInfo kWorkerParams[] = {
    param<&WorkerParams::instances>("instances", "Instances", range(1, 10000), "Instances."),
    param<&WorkerParams::workers>("workers", "Workers", range(1, 1e6), "Workers."),
    param<&WorkerParams::work>("work", "Work", range(0, 3600), "Own work."),
    param<&WorkerParams::health, &kFakeHealthFields>("health", "Health", {}, "Health checks."),
    param<&WorkerParams::order, &kFakeOrders>("order", "Order", {}, "Who is next."),
    param<&WorkerParams::greeting>("greeting", "Greeting", {}, "Text."),
    param<&WorkerParams::tags>("tags", "Tags", {}, "Words."),
    param<&WorkerParams::spare>("spare", "Spare", {}, "A ratio."),
    param<&WorkerParams::memory>("memory", "Memory", range(0, 1e12), "Bytes."),
    param<&WorkerParams::line>("line", "Line", {}, "Bandwidth."),
    param<&WorkerParams::exponent>("exponent", "Exponent", {}, "A number."),
    fixed(param<&WorkerParams::fast>("fast", "Fast", {}, "A flag.")),
};

struct FakeQuery {
  std::int64_t rows = 1;
  Distribution time = Distribution::constant(1e6);
};
constexpr ParamInfo kFakeQueryFields[] = {
    param<&FakeQuery::rows>("rows", "Rows", range(0, 1e12), "Rows."),
    required(param<&FakeQuery::time>("time", "Time", {}, "Time of one query.")),
};
struct StoreParams {
  std::int64_t connections = 100;
  std::int64_t keys = 0;
  std::vector<std::pair<std::string, FakeQuery>> queries;
  std::string replica;
};
constexpr ParamInfo kStoreParams[] = {
    param<&StoreParams::connections>("connections", "Connections", range(1, 1e5), "Connections."),
    param<&StoreParams::keys>("keys", "Keys", range(0, 1e15), "Keys in memory."),
    param<&StoreParams::queries, &kFakeQueryFields>("queries", "Queries", {}, "Named queries."),
    as(ParamType::NodeName, param<&StoreParams::replica>("replica", "Replica", {}, "Another store.")),
};
constexpr ParamInfo kReindexFields[] = {
    required(field(ParamType::Text, "query", "Query", {}, "The query.")),
    field(ParamType::Duration, "within", "Within", range(0, 3600), "Time."),
};
constexpr ActionInfo kStoreActions[] = {{"reindex", kReindexFields, "Builds the index of a query again."}};

struct BufferParams {
  std::int64_t capacity = 10;
};
constexpr ParamInfo kBufferParams[] = {
    param<&BufferParams::capacity>("capacity", "Capacity", range(1, 1e9), "Messages."),
};

ComponentInfo makeKind(const char* kind, const char* label, std::span<const ParamInfo> params) {
  ComponentInfo info;
  info.kind = kind;
  info.label = label;
  info.category = "fake";
  info.summary = "A fake.";
  info.help = "For tests only.";
  info.params = params;
  return info;
}

const ComponentInfo kSource = [] {
  ComponentInfo info = makeKind("source", "Source", kSourceParams);
  info.inputs = PortUse::None;
  info.outputs = PortUse::Required;
  info.originates = true;
  info.makeParams = makeDefault<SourceParams>;
  return info;
}();
const ComponentInfo kWorker = [] {
  ComponentInfo info = makeKind("worker", "Worker", kWorkerParams);
  info.makeParams = makeDefault<WorkerParams>;
  info.instances = [](const void* p) { return static_cast<const WorkerParams*>(p)->instances; };
  info.check = [](const void* p, std::vector<std::pair<std::string, std::string>>& problems) {
    const auto* w = static_cast<const WorkerParams*>(p);
    if (w->greeting == "bye") problems.emplace_back("greeting", "a worker says hello");
  };
  return info;
}();
const ComponentInfo kStore = [] {
  ComponentInfo info = makeKind("store", "Store", kStoreParams);
  info.outputs = PortUse::None;
  info.actions = kStoreActions;
  info.makeParams = makeDefault<StoreParams>;
  info.memoryBytes = [](const void* p) {
    return 100.0 * static_cast<double>(static_cast<const StoreParams*>(p)->keys);
  };
  return info;
}();
const ComponentInfo kBuffer = [] {
  ComponentInfo info = makeKind("buffer", "Buffer", kBufferParams);
  info.inputs = PortUse::Required;
  info.buffers = true;
  info.makeParams = makeDefault<BufferParams>;
  return info;
}();
const ComponentInfo* const kFakeKinds[] = {&kSource, &kWorker, &kStore, &kBuffer};

}  // namespace

std::span<const ComponentInfo* const> catalog() { return kFakeKinds; }

const ComponentInfo* findKind(std::string_view kind) {
  for (const ComponentInfo* info : kFakeKinds)
    if (kind == info->kind) return info;
  return nullptr;
}

}  // namespace faultline
