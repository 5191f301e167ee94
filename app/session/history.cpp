#include "session/history.h"

#include <algorithm>

namespace faultline {

namespace {

// Numbers as groups of seven bits, signs folded into the lowest bit: most levels of a frame are small.
class Writer {
 public:
  void put(std::uint64_t number) {
    while (number >= 0x80) {
      bytes_.push_back(static_cast<char>(number | 0x80));
      number >>= 7;
    }
    bytes_.push_back(static_cast<char>(number));
  }
  void putSigned(std::int64_t number) {
    put((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}
  std::uint64_t get() {
    std::uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_[place_++]);
      number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
  }
  std::int64_t getSigned() {
    const std::uint64_t folded = get();
    return static_cast<std::int64_t>((folded >> 1) ^ (~(folded & 1) + 1));
  }
  std::uint32_t getSmall() { return static_cast<std::uint32_t>(get()); }

 private:
  const std::string& bytes_;
  std::size_t place_ = 0;
};

void pack(Writer& out, const NodeFrame& node) {
  for (std::int64_t level : {node.inFlight, node.busy, node.servers, node.queue}) out.putSigned(level);
  for (std::uint32_t count : {node.instances, node.down, node.paused, node.slowed, node.erring}) out.put(count);
  for (std::uint64_t count : {node.arrivals, node.ok, node.failed}) out.put(count);
  out.put(node.gauges.size());
  for (std::int64_t level : node.gauges) out.putSigned(level);
  out.put(node.failures.size());
  for (const FailureCount& failure : node.failures) {
    out.put(reinterpret_cast<std::uintptr_t>(failure.reason));  // a name in static storage: its address stays
    out.put(failure.count);
  }
}

NodeFrame unpackNode(Reader& in) {
  NodeFrame node;
  for (std::int64_t* level : {&node.inFlight, &node.busy, &node.servers, &node.queue}) *level = in.getSigned();
  for (std::uint32_t* count : {&node.instances, &node.down, &node.paused, &node.slowed, &node.erring})
    *count = in.getSmall();
  for (std::uint64_t* count : {&node.arrivals, &node.ok, &node.failed}) *count = in.get();
  node.gauges.resize(in.get());
  for (std::int64_t& level : node.gauges) level = in.getSigned();
  node.failures.resize(in.get());
  for (FailureCount& failure : node.failures) {
    failure.reason = reinterpret_cast<const char*>(in.get());
    failure.count = in.get();
  }
  return node;
}

}  // namespace

std::string packFrame(const Frame& frame) {
  Writer out;
  out.putSigned(frame.at.ns);
  out.put(frame.nodes.size());
  for (const NodeFrame& node : frame.nodes) pack(out, node);
  out.put(frame.edges.size());
  for (const EdgeFrame& edge : frame.edges) {
    out.put(edge.attempts);
    out.put(edge.failed);
    out.putSigned(edge.inUse);
    out.putSigned(edge.waiting);
    out.put((edge.cut ? 1u : 0u) | (edge.refusing ? 2u : 0u) | (edge.slowed ? 4u : 0u) | (edge.lossy ? 8u : 0u));
  }
  return out.take();
}

Frame unpackFrame(const std::string& packed) {
  Reader in(packed);
  Frame frame;
  frame.at = SimTime{in.getSigned()};
  const std::uint64_t nodes = in.get();
  frame.nodes.reserve(nodes);
  for (std::uint64_t i = 0; i < nodes; ++i) frame.nodes.push_back(unpackNode(in));
  frame.edges.resize(in.get());
  for (EdgeFrame& edge : frame.edges) {
    edge.attempts = in.get();
    edge.failed = in.get();
    edge.inUse = in.getSigned();
    edge.waiting = in.getSigned();
    const std::uint64_t flags = in.get();
    edge.cut = (flags & 1) != 0;
    edge.refusing = (flags & 2) != 0;
    edge.slowed = (flags & 4) != 0;
    edge.lossy = (flags & 8) != 0;
  }
  return frame;
}

void History::clear(Duration spacing) {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  bytes_ = 0;
  spacing_ = spacing;
}

SimTime History::nextWanted() const {
  const std::lock_guard lock(mutex_);
  return entries_.empty() ? SimTime{} : entries_.back().at + spacing_;
}

void History::add(const Frame& frame) {
  auto packed = std::make_shared<const std::string>(packFrame(frame));
  const std::lock_guard lock(mutex_);
  bytes_ += packed->size() + sizeof(Entry);
  entries_.push_back({frame.at, std::move(packed)});
  while (bytes_ > budget_ && entries_.size() > 2) thin();
}

// The first frame stays: the start of a run can always be shown.
void History::thin() {
  std::vector<Entry> kept;
  bytes_ = 0;
  for (std::size_t i = 0; i < entries_.size(); i += 2) {
    bytes_ += entries_[i].packed->size() + sizeof(Entry);
    kept.push_back(std::move(entries_[i]));
  }
  entries_ = std::move(kept);
  spacing_ = spacing_ + spacing_;
}

std::optional<Frame> History::at(SimTime time) const {
  std::shared_ptr<const std::string> packed;
  {
    const std::lock_guard lock(mutex_);
    const auto after = std::upper_bound(entries_.begin(), entries_.end(), time,
                                        [](SimTime t, const Entry& entry) { return t < entry.at; });
    if (after == entries_.begin()) return std::nullopt;
    packed = std::prev(after)->packed;
  }
  return unpackFrame(*packed);
}

std::size_t History::frames() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t History::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

Duration History::spacing() const {
  const std::lock_guard lock(mutex_);
  return spacing_;
}

}  // namespace faultline
