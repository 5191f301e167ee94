// Distributions of times and counts, as a plain value.
//
// Text form (parsed and printed by base/quantity): `8ms` or `constant(8ms)`, `exponential(8ms)`, `uniform(2ms, 4ms)`,
// `normal(mean 5ms, sd 1ms)` (truncated at zero), `lognormal(mean 3ms, cv 0.5)` or `lognormal(p50 4ms, p99 40ms)`,
// `gamma(mean 5ms, cv 0.5)`, `erlang(4, 8ms)` (stages, mean), `pareto(min 1ms, alpha 1.8)` optionally with `max 1s`,
// `hyperexponential(90% 5ms, 10% 75ms)`, `mix(90% constant(2ms), 10% exponential(80ms))`,
// `empirical(1ms, 2ms, 9ms)`, `empirical(file.csv, column name)`.
//
// Times are held in nanoseconds. Parameters are normalised when the value is made (cv, p99 and so on become the
// distribution's own), so sampling touches no libm and equal text gives equal values.
//
// Determinism: sampling is bit-identical on every platform. Complexity: O(1) per draw, O(log n) for mixtures and
// empirical samples of n values. Thread safety: a value may be sampled from many threads with separate streams.
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
    Constant, Exponential, Uniform, Normal, LogNormal, Gamma, Erlang, Pareto, Mixture, Empirical,
  };

  Distribution() = default;  // constant zero

  // All times in nanoseconds (or in the unit of a count). REQUIRES the ranges that validation states.
  static Distribution constant(double value);
  static Distribution exponential(double mean);
  static Distribution uniform(double low, double high);
  static Distribution normal(double mean, double sd);
  static Distribution logNormal(double mu, double sigma);
  static Distribution logNormalFromMean(double mean, double cv);
  static Distribution logNormalFromPercentiles(double p1, double value1, double p2, double value2);
  static Distribution gamma(double shape, double scale);
  static Distribution erlang(int stages, double mean);
  static Distribution pareto(double min, double alpha, double max = 0);  // max 0: unbounded
  static Distribution mixture(std::vector<double> weights, std::vector<Distribution> parts);
  // `text` is how the samples were named in the input, kept for printing (may be empty: the values are printed).
  static Distribution empirical(std::vector<double> values, std::string text = {});

  Kind kind() const { return kind_; }
  bool isConstant() const { return kind_ == Kind::Constant; }
  bool isZero() const { return kind_ == Kind::Constant && a_ == 0; }
  double mean() const;  // infinity where there is none
  double first() const { return a_; }
  double second() const { return b_; }
  double third() const { return c_; }
  const std::vector<double>& values() const;
  const std::vector<Distribution>& parts() const;
  const std::string& sourceText() const;

  double draw(RandomStream& random) const {
    if (kind_ == Kind::Exponential) return random.exponential() * a_;
    if (kind_ == Kind::Constant) return a_;
    return drawOther(random);
  }
  Duration sample(RandomStream& random) const { return durationFromNs(draw(random)); }
  // The value below which a share p of draws lies; used for density plots. Simulated for mixtures. REQUIRES 0 < p < 1.
  double quantile(double p) const;

  bool operator==(const Distribution& other) const;

 private:
  struct Extra {
    std::vector<double> values;  // empirical: sorted samples; mixture: cumulative weights
    std::vector<Distribution> parts;
    std::string text;
  };
  double drawOther(RandomStream& random) const;

  Kind kind_ = Kind::Constant;
  double a_ = 0, b_ = 0, c_ = 0;
  std::shared_ptr<const Extra> extra_;
};

}  // namespace faultline
