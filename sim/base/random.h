// Random numbers that are the same on every machine and compiler.
//
// The generator is xoshiro256++ (Blackman & Vigna, 2019), seeded by SplitMix64 from a hash of (seed, node name,
// purpose): adding a node, or another purpose to a node, leaves every other stream as it was.
// Exponential and normal variates come from 256-layer ziggurats (Marsaglia & Tsang, 2000) whose tables are computed
// at compile time or stored as integers, so no result depends on a platform's libm.
//
// Thread safety: a stream belongs to one simulation. Complexity: O(1) amortised per draw.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace faultline {

class RandomStream {
 public:
  RandomStream() : RandomStream(0, "", "") {}
  RandomStream(std::uint64_t seed, std::string_view owner, std::string_view purpose);

  std::uint64_t bits() {
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
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  // Uniform in (0, 1]: safe as the argument of a logarithm.
  double uniformPositive() { return static_cast<double>((bits() >> 11) + 1) * 0x1.0p-53; }
  // Uniform integer in [0, n). REQUIRES n > 0. Lemire's multiply-shift; the bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits()) * n) >> 64);
  }
  bool chance(double p) { return uniform() < p; }
  double exponential();  // mean 1
  double normal();       // mean 0, standard deviation 1

 private:
  static std::uint64_t rotl(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  double exponentialTail(std::uint64_t bits);

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
