// Elementary functions that give the same bits on every machine.
//
// The C library's log, exp and pow may differ in the last bit between versions and platforms, which would change a
// run. These use only IEEE-754 additions, multiplications and divisions in a fixed order (the engine is compiled
// without contraction to fused operations). Relative error is below 4e-15 for log and exp; pow(x, y) = exp(y log x)
// with an extended-precision log, relative error below 1e-13 over the ranges that distributions need.
//
// All are pure functions: thread safe, O(1), no errors. log and exp are constexpr so that tables can be built by the
// compiler with the very same arithmetic.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace faultline::dmath {

double pow(double x, double y);   // REQUIRES x > 0
double sqrt(double x);            // IEEE: exact everywhere
double normalQuantile(double p);  // inverse of the standard normal distribution; REQUIRES 0 < p < 1
double normalCdf(double x);       // the standard normal distribution
double logGamma(double x);        // log of the gamma function; REQUIRES x > 0; relative error below 1e-12
// Share of a gamma distribution of this shape and scale 1 that lies below x. REQUIRES shape > 0; x <= 0 gives 0.
double gammaCdf(double shape, double x);

namespace detail {

// ln 2 in two parts; the first has 32 significant bits, so that its product with an exponent is exact.
inline constexpr double kLn2High = 0x1.62e42feep-1;
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// x = mantissa * 2^exponent with mantissa in [sqrt(1/2), sqrt(2)).
struct Split {
  double mantissa;
  int exponent;
};

constexpr Split splitNearOne(double x) {
  int exponent = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    exponent = -54;
  }
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t fraction = bits & 0x000fffffffffffffull;
  // Without a branch, because no processor can predict it.
  const std::uint64_t aboveRoot = fraction > 0x6a09e667f3bcdull ? 1 : 0;
  exponent += static_cast<int>(bits >> 52) - 1023 + static_cast<int>(aboveRoot);
  return {std::bit_cast<double>(fraction | ((1023 - aboveRoot) << 52)), exponent};
}

// 2 atanh(s) - 2 s for |s| <= 0.172, by the Taylor series up to s^23.
constexpr double atanhTail(double s) {
  const double q = s * s;
  double sum = 2.0 / 23;
  for (int k = 21; k >= 3; k -= 2) sum = sum * q + 2.0 / k;
  return sum * q * s;
}

// log(i / 128) for the i that mantissas round to; the factor of log is split off so that the series below is short.
inline constexpr int kLogSteps = 128;
inline constexpr int kFirstLogStep = 90;
inline constexpr int kLastLogStep = 182;
constexpr std::array<double, kLastLogStep - kFirstLogStep + 1> makeLogTable() {
  std::array<double, kLastLogStep - kFirstLogStep + 1> table{};
  for (int i = kFirstLogStep; i <= kLastLogStep; ++i) {
    const double s = static_cast<double>(i - kLogSteps) / (i + kLogSteps);
    table[static_cast<std::size_t>(i - kFirstLogStep)] = 2 * s + atanhTail(s);
  }
  return table;
}
inline constexpr auto kLogTable = makeLogTable();

inline constexpr int kExpSteps = 64;

// 2^(j/64) by the Taylor series of exp.
constexpr std::array<double, kExpSteps> makeExpTable() {
  std::array<double, kExpSteps> table{};
  for (int j = 0; j < kExpSteps; ++j) {
    const double t = (kLn2High + kLn2Low) * j / kExpSteps;
    double sum = 1;
    for (int k = 22; k >= 1; --k) sum = 1 + sum * t / k;
    table[static_cast<std::size_t>(j)] = sum;
  }
  return table;
}
inline constexpr std::array<double, kExpSteps> kExpTable = makeExpTable();

constexpr double powerOfTwo(int k) { return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52); }

}  // namespace detail

// REQUIRES x > 0.
constexpr double log(double x) {
  if (x > std::numeric_limits<double>::max()) return x;
  const auto [m, e] = detail::splitNearOne(x);
  // m = step/128 * (1 + r) with |r| < 0.0056; the difference is exact.
  const int step = static_cast<int>(m * detail::kLogSteps + 0.5);
  const double base = step * (1.0 / detail::kLogSteps);
  const double r = (m - base) / base;
  const double r2 = r * r;
  // log(1 + r) - r by Taylor's series up to r^8, in pairs that the processor can compute side by side.
  const double high = (1.0 / 5 - r * (1.0 / 6)) + r2 * (1.0 / 7 - r * (1.0 / 8));
  const double tail = r2 * ((r * (1.0 / 3) - 0.5 - r2 * 0.25) + r2 * r * high);
  const double fraction = detail::kLogTable[static_cast<std::size_t>(step - detail::kFirstLogStep)];
  return e * detail::kLn2High + (fraction + (r + (tail + e * detail::kLn2Low)));
}

// 0 below -745, infinity above 709.78.
constexpr double exp(double x) {
  if (x != x) return x;
  if (x > 0x1.62e42fefa39efp9) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0;
  // x = n ln(2)/64 + r with |r| <= ln(2)/128; adding and subtracting 1.5 * 2^52 rounds to the nearest integer.
  constexpr double kRound = 0x1.8p52;
  constexpr double kStepsPerLn2 = 0x1.71547652b82fep6;
  const double n = (x * kStepsPerLn2 + kRound) - kRound;
  const double r = (x - n * (detail::kLn2High / detail::kExpSteps)) - n * (detail::kLn2Low / detail::kExpSteps);
  const double r2 = r * r;
  const double p = r + r2 * ((0.5 + r * (1.0 / 6)) + r2 * ((1.0 / 24) + r * (1.0 / 120)));
  const int steps = static_cast<int>(n);
  const double base = detail::kExpTable[static_cast<std::size_t>(steps & (detail::kExpSteps - 1))];
  const int k = steps >> 6;
  const double value = base + base * p;
  if (k > -1022 && k < 1023) return value * detail::powerOfTwo(k);
  // Near the ends of the range the factor itself would not be a normal number: apply it in two steps.
  const int half = k / 2;
  return value * detail::powerOfTwo(half) * detail::powerOfTwo(k - half);
}

}  // namespace faultline::dmath
