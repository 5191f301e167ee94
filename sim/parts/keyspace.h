// Which key a request is about.
//
// Text forms: `none`, `uniform(200k)`, `zipf(0.99, 200k)` (exponent, keys), `hot(90%, 10, 200k)` (90 % of the requests
// go uniformly to 10 hot keys, the rest uniformly to the others of 200k), `sequential(200k)`, `fixed(7)`.
//
// Keys are numbers from 0; with Zipf and hot keys they are ranks, the most popular one first. Every key space starts at
// zero: a caller with several of them (one for each class) adds an offset of its own to keep their keys apart, for
// example by combining the key with hashText of the space's name.
//
// Zipf is drawn by rejection-inversion (Hörmann & Derflinger, "Rejection-inversion to generate variates from monotone
// discrete distributions", ACM TOMACS 6, 1996), so time and memory do not depend on the number of keys.
//
// Determinism: bit-identical on every platform. Thread safety: KeySpace is a value; a sampler has one owner.
// Complexity: O(1) expected per draw.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/quantity.h"
#include "base/random.h"

namespace faultline {

inline constexpr std::uint64_t kMostKeys = 4'000'000'000;

struct KeySpace {
  enum class Kind { None, Uniform, Zipf, Hot, Sequential, Fixed };

  Kind kind = Kind::None;
  std::uint64_t keys = 0;     // Fixed: the key itself plus 1
  double exponent = 0;        // Zipf: popularity of rank k is proportional to (k + 1)^-exponent; 0..20
  double hotShare = 0;        // Hot: share of the requests
  std::uint64_t hotKeys = 0;  // Hot: 1..keys-1

  // All keys lie below size(); 0 for None.
  std::uint64_t size() const { return keys; }
  // The share of requests for the key `rank`; 0 outside the space. See KeySampler::probability for many ranks.
  double probability(std::uint64_t rank) const;

  bool operator==(const KeySpace&) const = default;
};

// Errors: `problem` says what is wrong and what would be right. parse(format(space)) == space.
Parsed<KeySpace> parseKeySpace(std::string_view text);
std::string formatKeySpace(const KeySpace& space);

class KeySampler {
 public:
  KeySampler() : KeySampler(KeySpace{}) {}
  // REQUIRES a space as parseKeySpace gives it.
  explicit KeySampler(const KeySpace& space);

  const KeySpace& space() const { return space_; }
  // The next key; always 0 for None. Sequential, which wraps around, and Fixed use no random number.
  std::uint32_t draw(RandomStream& random);
  // The share of requests for the key `rank`. O(1).
  double probability(std::uint64_t rank) const;

 private:
  double integral(double x) const;
  double inverseIntegral(double y) const;
  std::uint32_t drawZipf(RandomStream& random) const;
  double zipfTotal() const;

  KeySpace space_;
  std::uint64_t next_ = 0;  // Sequential
  // Zipf, in the notation of the paper.
  double oneMinusExponent_ = 0;
  double integralFirst_ = 0;  // H(3/2) - 1
  double integralLast_ = 0;   // H(n + 1/2)
  double shortcut_ = 0;       // s
  double total_ = 1;          // sum of all weights
};

}  // namespace faultline
