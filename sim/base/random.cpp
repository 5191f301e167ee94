#include "base/random.h"

#include "base/deterministic_math.h"

namespace faultline {

namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ull;

// Where the tail begins so that 256 slices of equal area, the tail included, cover the density exactly.
constexpr double kExponentialTail = 7.69711747013104972;
constexpr double kNormalTail = 3.6541528853610088;
constexpr double kNormalArea = 0.00492867323397465524;  // of one slice under exp(-x^2 / 2)

constexpr double exponentialDensity(double x) { return dmath::exp(-x); }
constexpr double exponentialInverse(double y) { return -dmath::log(y); }
constexpr double normalDensity(double x) { return dmath::exp(-0.5 * x * x); }
constexpr double normalInverse(double y) {
  // The square root is not constexpr; Newton's iteration converges from above within a few steps.
  const double square = -2 * dmath::log(y);
  double root = 4;
  for (int i = 0; i < 30; ++i) root = 0.5 * (root + square / root);
  return root;
}

}  // namespace

template <class Density, class Inverse>
constexpr RandomStream::Ziggurat RandomStream::makeZiggurat(double tail, double area, Density density,
                                                            Inverse inverse) {
  Ziggurat result{};
  result.heights[0] = 0;
  double right = area / density(tail);  // the base slice is as wide as a rectangle of its area
  double next = tail;
  for (std::size_t i = 0; i < kLayers; ++i) {
    result.layers[i].width = right * 0x1p-53;
    result.layers[i].limit = static_cast<std::uint64_t>(next / right * 0x1p53);
    right = next;
    const double height = i + 1 < kLayers ? density(next) : 1;
    result.heights[i + 1] = height;
    // The uppermost slice ends at the mode; the recursion would only reach it up to rounding.
    next = i + 2 < kLayers ? inverse(area / right + height) : 0;
  }
  return result;
}

constinit const RandomStream::Ziggurat RandomStream::kExponentialZiggurat =
    makeZiggurat(kExponentialTail, (kExponentialTail + 1) * exponentialDensity(kExponentialTail), exponentialDensity,
                 exponentialInverse);
constinit const RandomStream::Ziggurat RandomStream::kNormalZiggurat =
    makeZiggurat(kNormalTail, kNormalArea, normalDensity, normalInverse);

RandomStream::RandomStream(std::uint64_t seed, std::string_view owner, std::string_view purpose) {
  std::uint64_t state = hashText(purpose, hashText(owner, mix64(seed + kGolden)));
  for (std::uint64_t& word : s_) word = mix64(state += kGolden);
}

double RandomStream::exponentialOutside(std::size_t layer, double x) {
  // The tail of an exponential is an exponential again.
  if (layer == 0) return kExponentialTail + exponentialAgain();
  const double low = kExponentialZiggurat.heights[layer];
  const double high = kExponentialZiggurat.heights[layer + 1];
  if (low + uniform() * (high - low) < exponentialDensity(x)) return x;
  return exponentialAgain();
}

double RandomStream::exponentialAgain() { return exponential(); }

double RandomStream::halfNormalOutside(std::size_t layer, double x) {
  if (layer == 0) {
    // Marsaglia's method for the tail beyond the last slice.
    for (;;) {
      const double beyond = exponential() * (1 / kNormalTail);
      if (2 * exponential() > beyond * beyond) return kNormalTail + beyond;
    }
  }
  const double low = kNormalZiggurat.heights[layer];
  const double high = kNormalZiggurat.heights[layer + 1];
  if (low + uniform() * (high - low) < normalDensity(x)) return x;
  const double again = normal();
  return again < 0 ? -again : again;
}

std::uint64_t hashText(std::string_view text, std::uint64_t start) {
  std::uint64_t hash = start;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ull;
  }
  return mix64(hash);
}

}  // namespace faultline
