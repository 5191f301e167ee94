// Random numbers that are the same on every machine and compiler.
//
// The generator is xoshiro256++ (Blackman & Vigna, 2019), seeded by SplitMix64 from a hash of (seed, node name,
// purpose): adding a node, or another purpose to a node, leaves every other stream as it was.
// Exponential and normal variates come from 256-layer ziggurats (Marsaglia & Tsang, 2000) whose tables the compiler
// computes with base/deterministic_math, so no result depends on a platform's libm or on the order of initialisation.
//
// Thread safety: a stream belongs to one simulation. Complexity: O(1) amortised per draw.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultline {

class RandomStream {
 public:
  RandomStream() : RandomStream(0, "", "") {}
  RandomStream(std::uint64_t seed, std::string_view owner, std::string_view purpose);

  [[gnu::always_inline]] std::uint64_t bits() {
    const std::uint64_t result = rotl(s_[0] + s_[3], 23) + s_[0];
    const std::uint64_t t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = rotl(s_[3], 45);
    return result;
  }

  // Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(static_cast<std::int64_t>(bits() >> 11)) * 0x1.0p-53; }
  // Uniform in (0, 1]: safe as the argument of a logarithm.
  double uniformPositive() { return static_cast<double>(static_cast<std::int64_t>(bits() >> 11) + 1) * 0x1.0p-53; }
  // Uniform integer in [0, n). REQUIRES n > 0. Lemire's multiply-shift; the bias is below n / 2^64.
  [[gnu::always_inline]] std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<Wide>(bits()) * n) >> 64);
  }
  bool chance(double p) { return uniform() < p; }

  // Mean 1. One draw and one comparison in 98.9 % of the cases.
  [[gnu::always_inline]] double exponential() {
    const Beginning begun = beginExponential();
    return begun.isValue ? begun.x : endExponential(begun);
  }
  // The same in two steps: mostly the first one gives the value.
  struct Beginning {
    double x;
    std::size_t layer;
    bool isValue;
  };
  [[gnu::always_inline]] Beginning beginExponential() {
    const std::uint64_t random = bits();
    const std::size_t index = random & (kLayers - 1);
    const Layer& layer = kExponentialZiggurat.layers[index];
    const std::uint64_t position = random >> 11;
    return {static_cast<double>(static_cast<std::int64_t>(position)) * layer.width, index, position < layer.limit};
  }
  double endExponential(const Beginning& begun) { return exponentialOutside(begun.layer, begun.x); }

  // Mean 0, standard deviation 1. The layer comes from bits 0 to 7, the sign from bit 8, the position from 11 to 63.
  double normal() {
    const std::uint64_t random = bits();
    const Layer& layer = kNormalZiggurat.layers[random & (kLayers - 1)];
    const std::uint64_t position = random >> 11;
    const double x = static_cast<double>(static_cast<std::int64_t>(position)) * layer.width;
    const double sign = 1.0 - static_cast<double>((random >> 7) & 2);
    if (position < layer.limit) [[likely]]
      return sign * x;
    return sign * halfNormalOutside(random & (kLayers - 1), x);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr std::size_t kLayers = 256;
  // A horizontal slice of the density. A 53-bit position times `width` is an abscissa; below `limit` it lies under the
  // curve for certain.
  struct Layer {
    std::uint64_t limit;
    double width;
  };
  struct Ziggurat {
    std::array<Layer, kLayers> layers;
    std::array<double, kLayers + 1> heights;  // the density at the layers' right ends, from the tail to the mode
  };
  static const Ziggurat kExponentialZiggurat;
  static const Ziggurat kNormalZiggurat;

  static std::uint64_t rotl(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  template <class Density, class Inverse>
  static constexpr Ziggurat makeZiggurat(double tail, double area, Density density, Inverse inverse);
  double exponentialOutside(std::size_t layer, double x);
  double exponentialAgain();
  double halfNormalOutside(std::size_t layer, double x);

  std::array<std::uint64_t, 4> s_;
};

// FNV-1a with a final avalanche; used for streams, key placement and fingerprints.
std::uint64_t hashText(std::string_view text, std::uint64_t start = 0xcbf29ce484222325ull);
// SplitMix64's finaliser: a bijection that spreads every input bit.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebull;
  x ^= x >> 31;
  return x;
}

}  // namespace faultline
