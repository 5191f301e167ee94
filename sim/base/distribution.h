// Distributions of times and counts, as a plain value.
//
// Text form (parsed and printed by base/quantity): `8ms` or `constant(8ms)`, `exponential(8ms)`, `uniform(2ms, 4ms)`,
// `normal(mean 5ms, sd 1ms)` (truncated: draws below zero are redrawn), `lognormal(mean 3ms, cv 0.5)` or
// `lognormal(p50 4ms, p99 40ms)`, `gamma(mean 5ms, cv 0.5)`, `erlang(4, 8ms)` (stages, mean of their sum),
// `pareto(min 1ms, alpha 1.8)` optionally with `max 1s`, `hyperexponential(90% 5ms, 10% 75ms)`,
// `mix(90% constant(2ms), 10% exponential(80ms))`, `empirical(1ms, 2ms, 9ms)`, `empirical(file.csv, column name)`.
//
// Times are held in nanoseconds. Parameters are normalised when the value is made (cv, p99 and so on become the
// distribution's own), so sampling touches no libm and equal text gives equal values. The parameters as they were
// written are kept for printing only.
//
// `empirical` draws one of its samples with replacement; it does not interpolate between them.
//
// Determinism: sampling is bit-identical on every platform. Complexity: O(1) expected per draw, O(parts) for
// mixtures. Thread safety: a value may be sampled from many threads with separate streams.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace faultline {

class Distribution {
 public:
  enum class Kind {
    Constant,
    Exponential,
    Uniform,
    Normal,
    LogNormal,
    Gamma,
    Erlang,
    Pareto,
    Mixture,
    Empirical,
  };

  Distribution() = default;  // constant zero

  // All times in nanoseconds (or in the unit of a count). REQUIRES finite parameters in the ranges stated.
  static Distribution constant(double value);                     // value >= 0
  static Distribution exponential(double mean);                   // mean >= 0
  static Distribution uniform(double low, double high);           // 0 <= low <= high
  static Distribution normal(double mean, double sd);             // of the curve before truncation; mean >= 0, sd >= 0
  static Distribution logNormal(double mu, double sigma);         // sigma >= 0
  static Distribution logNormalFromMean(double mean, double cv);  // mean > 0, cv >= 0
  // 0 < p1 < p2 < 1, 0 < value1 < value2.
  static Distribution logNormalFromPercentiles(double p1, double value1, double p2, double value2);
  static Distribution gamma(double shape, double scale);                 // shape > 0, scale >= 0
  static Distribution gammaFromMean(double mean, double cv);             // mean >= 0, cv > 0
  static Distribution erlang(int stages, double mean);                   // stages >= 1, mean >= 0
  static Distribution pareto(double min, double alpha, double max = 0);  // min > 0, alpha > 0; max 0: unbounded
  // As many weights as parts, at least one; weights > 0, and only their proportions matter.
  static Distribution mixture(std::vector<double> weights, std::vector<Distribution> parts);
  // At least one value. `text` is how the samples were named in the input, kept for printing (may be empty: the values
  // are printed).
  static Distribution empirical(std::vector<double> values, std::string text = {});

  Kind kind() const { return kind_; }
  bool isConstant() const { return kind_ == Kind::Constant; }
  bool isZero() const { return kind_ == Kind::Constant && a_ == 0; }
  double mean() const;  // infinity where there is none
  // The distribution's own parameters in the order of its factory function; LogNormal: mu, sigma; Gamma: shape, scale.
  double first() const { return a_; }
  double second() const { return b_; }
  double third() const { return c_; }
  const std::vector<double>& values() const;   // Empirical: the samples in ascending order
  const std::vector<double>& weights() const;  // Mixture: one for each part, in all 1
  const std::vector<Distribution>& parts() const;
  const std::string& sourceText() const;
  // The arguments of logNormalFromMean, logNormalFromPercentiles or gammaFromMean (2 or 4), otherwise empty.
  const std::vector<double>& writtenAs() const;

  [[gnu::always_inline]] double draw(RandomStream& random) const {
    if (kind_ == Kind::Exponential) return random.exponential() * a_;
    if (kind_ == Kind::Constant) return a_;
    return drawOther(random);
  }
  // A draw in two steps, for callers that have nothing else to call: mostly the first one gives the value, without a
  // function call.
  [[gnu::always_inline]] RandomStream::Beginning beginDraw(RandomStream& random) const {
    if (kind_ == Kind::Exponential) {
      RandomStream::Beginning begun = random.beginExponential();
      if (begun.isValue) [[likely]]
        begun.x *= a_;
      return begun;
    }
    return {a_, 0, kind_ == Kind::Constant};
  }
  double endDraw(RandomStream& random, const RandomStream::Beginning& begun) const {
    return kind_ == Kind::Exponential ? random.endExponential(begun) * a_ : drawOther(random);
  }
  [[gnu::always_inline]] Duration sample(RandomStream& random) const { return durationFromNs(draw(random)); }
  // The share of draws that are at most x.
  double cdf(double x) const;
  // The value below which a share p of draws lies; used for density plots. Gamma, Erlang and mixtures are searched by
  // bisection of the cdf (microseconds, not for the hot path). REQUIRES 0 < p < 1.
  double quantile(double p) const;

  // Equal sampling; for empirical samples also the same source.
  bool operator==(const Distribution& other) const;

 private:
  struct Extra {
    std::vector<double> values;
    std::vector<double> weights;
    std::vector<double> cumulative;  // of the weights, scaled so that the last one is 1
    std::vector<Distribution> parts;
    std::vector<double> writtenAs;
    std::string text;
  };
  Distribution(Kind kind, double a, double b = 0, double c = 0) : kind_(kind), a_(a), b_(b), c_(c) {}
  static const Extra& emptyExtra();
  const Extra& extra() const { return extra_ ? *extra_ : emptyExtra(); }
  void rememberWritten(std::vector<double> parameters);
  double drawOther(RandomStream& random) const;
  double drawMixture(RandomStream& random) const;
  double searchQuantile(double p) const;

  Kind kind_ = Kind::Constant;
  double a_ = 0, b_ = 0, c_ = 0;
  double derived_ = 0;  // what sampling would otherwise compute again for each draw
  std::shared_ptr<const Extra> extra_;
};

}  // namespace faultline
