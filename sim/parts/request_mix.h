// What a node that originates sends: which request class, by weight, and which key of it.
//
// Thread safety: none. Determinism: the streams that are handed in. Complexity: O(classes) for a draw.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/component.h"
#include "parts/keyspace.h"

namespace faultline {

class RequestMix {
 public:
  RequestMix() = default;
  // Only the named classes; all where there are no names.
  RequestMix(const Context& ctx, const std::vector<std::string>& names) {
    double total = 0;
    for (std::uint16_t c = 0; c < ctx.classCount(); ++c) {
      const RequestClass& klass = ctx.requestClass(c);
      const bool isSent = names.empty() || std::find(names.begin(), names.end(), klass.name) != names.end();
      if (!isSent || klass.weight <= 0) continue;
      total += klass.weight;
      const KeySpace space = *parseKeySpace(klass.key).value;
      parts_.push_back({c, total, ctx.classKeyOffset(c), space.kind != KeySpace::Kind::None, KeySampler(space)});
    }
  }

  bool empty() const { return parts_.empty(); }

  struct Drawn {
    std::uint16_t klass;
    std::uint32_t key;
  };
  // REQUIRES a mix that is not empty.
  Drawn draw(RandomStream& classes, RandomStream& keys) {
    Part* part = &parts_.front();
    if (parts_.size() > 1) {
      const double u = classes.uniform() * parts_.back().upTo;
      while (part != &parts_.back() && u >= part->upTo) ++part;
    }
    return {part->klass, part->offset + (part->isKeyed ? part->keys.draw(keys) : 0)};
  }

 private:
  struct Part {
    std::uint16_t klass;
    double upTo;  // sum of the weights up to here
    std::uint32_t offset;
    bool isKeyed;
    KeySampler keys;
  };
  std::vector<Part> parts_;
};

}  // namespace faultline
