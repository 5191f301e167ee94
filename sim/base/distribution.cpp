#include "base/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/deterministic_math.h"

namespace faultline {

namespace {

// Up to here an Erlang draw is cheaper as a sum of exponentials than as a gamma variate.
constexpr double kStagesToSum = 8;

// The constant c of Marsaglia & Tsang's method; shapes below 1 are lifted by 1 first.
double gammaConstant(double shape) { return 1 / dmath::sqrt(9 * ((shape < 1 ? shape + 1 : shape) - 1.0 / 3)); }

// Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). REQUIRES shape >= 1.
double drawGammaAboveOne(double shape, double c, RandomStream& random) {
  const double d = shape - 1.0 / 3;
  for (;;) {
    const double z = random.normal();
    const double t = 1 + c * z;
    if (t <= 0) continue;
    const double v = t * t * t;
    const double u = random.uniformPositive();
    if (u < 1 - 0.0331 * (z * z) * (z * z)) return d * v;
    if (dmath::log(u) < 0.5 * z * z + d * (1 - v + dmath::log(v))) return d * v;
  }
}

double drawGamma(double shape, double c, RandomStream& random) {
  if (shape >= 1) return drawGammaAboveOne(shape, c, random);
  // Gamma(shape) = Gamma(shape + 1) * U^(1 / shape), and -log U is exponential.
  const double lifted = drawGammaAboveOne(shape + 1, c, random);
  return lifted * dmath::exp(-random.exponential() / shape);
}

// Mean of a Pareto distribution cut at max, in units of min; ratio = min / max.
double boundedParetoMean(double alpha, double ratio, double share) {
  const double t = (alpha - 1) * dmath::log(ratio);
  // (1 - ratio^(alpha - 1)) / (alpha - 1), by its series where it would cancel.
  const double integral =
      std::fabs(t) < 1e-5 ? -dmath::log(ratio) * (1 + t / 2 + t * t / 6) : (1 - dmath::exp(t)) / (alpha - 1);
  return alpha * integral / share;
}

}  // namespace

Distribution Distribution::constant(double value) { return {Kind::Constant, value}; }
Distribution Distribution::exponential(double mean) { return {Kind::Exponential, mean}; }
Distribution Distribution::uniform(double low, double high) { return {Kind::Uniform, low, high}; }
Distribution Distribution::normal(double mean, double sd) { return {Kind::Normal, mean, sd}; }
Distribution Distribution::logNormal(double mu, double sigma) { return {Kind::LogNormal, mu, sigma}; }

Distribution Distribution::logNormalFromMean(double mean, double cv) {
  const double variance = dmath::log(1 + cv * cv);
  Distribution result = logNormal(dmath::log(mean) - 0.5 * variance, dmath::sqrt(variance));
  result.rememberWritten({mean, cv});
  return result;
}

Distribution Distribution::logNormalFromPercentiles(double p1, double value1, double p2, double value2) {
  const double z1 = dmath::normalQuantile(p1);
  const double z2 = dmath::normalQuantile(p2);
  const double log1 = dmath::log(value1);
  const double sigma = (dmath::log(value2) - log1) / (z2 - z1);
  Distribution result = logNormal(log1 - z1 * sigma, sigma);
  result.rememberWritten({p1, value1, p2, value2});
  return result;
}

Distribution Distribution::gamma(double shape, double scale) {
  Distribution result{Kind::Gamma, shape, scale};
  result.derived_ = gammaConstant(shape);
  return result;
}

Distribution Distribution::gammaFromMean(double mean, double cv) {
  Distribution result = gamma(1 / (cv * cv), mean * (cv * cv));
  result.rememberWritten({mean, cv});
  return result;
}

Distribution Distribution::erlang(int stages, double mean) {
  Distribution result{Kind::Erlang, static_cast<double>(stages), mean};
  result.derived_ = gammaConstant(stages);
  return result;
}

Distribution Distribution::pareto(double min, double alpha, double max) {
  Distribution result{Kind::Pareto, min, alpha, max};
  result.derived_ = max > 0 ? 1 - dmath::pow(min / max, alpha) : 1;
  return result;
}

Distribution Distribution::mixture(std::vector<double> weights, std::vector<Distribution> parts) {
  Distribution result{Kind::Mixture, 0};
  Extra extra;
  double sum = 0;
  for (const double weight : weights) sum += weight;
  // Shares are kept as they were given, so that printing them is exact; other weights become shares.
  if (std::fabs(sum - 1) > 1e-6) {
    for (double& weight : weights) weight /= sum;
  }
  sum = 0;
  for (const double weight : weights) extra.cumulative.push_back(sum += weight);
  for (double& bound : extra.cumulative) bound /= sum;
  extra.weights = std::move(weights);
  extra.parts = std::move(parts);
  result.extra_ = std::make_shared<const Extra>(std::move(extra));
  return result;
}

Distribution Distribution::empirical(std::vector<double> values, std::string text) {
  Distribution result{Kind::Empirical, 0};
  std::sort(values.begin(), values.end());
  Extra extra;
  extra.values = std::move(values);
  extra.text = std::move(text);
  result.extra_ = std::make_shared<const Extra>(std::move(extra));
  return result;
}

void Distribution::rememberWritten(std::vector<double> parameters) {
  Extra extra;
  extra.writtenAs = std::move(parameters);
  extra_ = std::make_shared<const Extra>(std::move(extra));
}

const Distribution::Extra& Distribution::emptyExtra() {
  static const Extra empty;
  return empty;
}

const std::vector<double>& Distribution::values() const { return extra().values; }
const std::vector<double>& Distribution::weights() const { return extra().weights; }
const std::vector<Distribution>& Distribution::parts() const { return extra().parts; }
const std::string& Distribution::sourceText() const { return extra().text; }
const std::vector<double>& Distribution::writtenAs() const { return extra().writtenAs; }

bool Distribution::operator==(const Distribution& other) const {
  if (kind_ != other.kind_ || a_ != other.a_ || b_ != other.b_ || c_ != other.c_) return false;
  if (extra_ == other.extra_) return true;
  const Extra& x = extra();
  const Extra& y = other.extra();
  return x.values == y.values && x.weights == y.weights && x.parts == y.parts && x.text == y.text;
}

double Distribution::drawOther(RandomStream& random) const {
  switch (kind_) {
    case Kind::Constant:
      return a_;
    case Kind::Exponential:
      return random.exponential() * a_;
    case Kind::Uniform:
      return a_ + random.uniform() * (b_ - a_);
    case Kind::Normal:
      for (;;) {
        const double x = a_ + b_ * random.normal();
        if (x >= 0) return x;
      }
    case Kind::LogNormal:
      return dmath::exp(a_ + b_ * random.normal());
    case Kind::Gamma:
      return drawGamma(a_, derived_, random) * b_;
    case Kind::Erlang: {
      if (a_ > kStagesToSum) return drawGammaAboveOne(a_, derived_, random) * (b_ / a_);
      double sum = 0;
      for (double stage = 0; stage < a_; ++stage) sum += random.exponential();
      return sum * (b_ / a_);
    }
    case Kind::Pareto:
      // The inverse of the distribution function; without a bound -log(1 - u) is an exponential variate.
      if (c_ == 0) return a_ * dmath::exp(random.exponential() / b_);
      return std::min(c_, a_ * dmath::exp(-dmath::log(1 - random.uniform() * derived_) / b_));
    case Kind::Mixture:
      return drawMixture(random);
    case Kind::Empirical:
      return extra_->values[random.below(extra_->values.size())];
  }
  return 0;
}

double Distribution::drawMixture(RandomStream& random) const {
  const double u = random.uniform();
  std::size_t part = 0;
  while (u >= extra_->cumulative[part]) ++part;
  return extra_->parts[part].draw(random);
}

double Distribution::mean() const {
  switch (kind_) {
    case Kind::Constant:
    case Kind::Exponential:
      return a_;
    case Kind::Uniform:
      return a_ + 0.5 * (b_ - a_);
    case Kind::Normal: {
      if (b_ == 0) return a_;
      constexpr double kInverseRootTwoPi = 0.39894228040143267794;
      const double t = a_ / b_;
      return a_ + b_ * kInverseRootTwoPi * dmath::exp(-0.5 * t * t) / dmath::normalCdf(t);
    }
    case Kind::LogNormal:
      return dmath::exp(a_ + 0.5 * b_ * b_);
    case Kind::Gamma:
      return a_ * b_;
    case Kind::Erlang:
      return b_;
    case Kind::Pareto:
      if (c_ > 0) return a_ * boundedParetoMean(b_, a_ / c_, derived_);
      return b_ > 1 ? a_ * b_ / (b_ - 1) : std::numeric_limits<double>::infinity();
    case Kind::Mixture: {
      double sum = 0;
      for (std::size_t i = 0; i < parts().size(); ++i) {
        sum += (extra_->cumulative[i] - (i ? extra_->cumulative[i - 1] : 0)) * parts()[i].mean();
      }
      return sum;
    }
    case Kind::Empirical: {
      double sum = 0;
      for (const double value : values()) sum += value;
      return sum / static_cast<double>(values().size());
    }
  }
  return 0;
}

double Distribution::cdf(double x) const {
  if (!(x >= 0)) return 0;
  switch (kind_) {
    case Kind::Constant:
      return x >= a_ ? 1 : 0;
    case Kind::Exponential:
      return a_ > 0 ? 1 - dmath::exp(-x / a_) : 1;
    case Kind::Uniform:
      if (x >= b_) return 1;
      return x <= a_ ? 0 : (x - a_) / (b_ - a_);
    case Kind::Normal: {
      if (b_ == 0) return x >= a_ ? 1 : 0;
      const double below = dmath::normalCdf(-a_ / b_);
      return (dmath::normalCdf((x - a_) / b_) - below) / (1 - below);
    }
    case Kind::LogNormal:
      if (x == 0) return 0;
      if (b_ == 0) return dmath::log(x) >= a_ ? 1 : 0;
      return dmath::normalCdf((dmath::log(x) - a_) / b_);
    case Kind::Gamma:
      return b_ > 0 ? dmath::gammaCdf(a_, x / b_) : 1;
    case Kind::Erlang:
      return b_ > 0 ? dmath::gammaCdf(a_, x * (a_ / b_)) : 1;
    case Kind::Pareto:
      if (x <= a_) return 0;
      if (c_ > 0 && x >= c_) return 1;
      return (1 - dmath::pow(a_ / x, b_)) / derived_;
    case Kind::Mixture: {
      double sum = 0;
      for (std::size_t i = 0; i < parts().size(); ++i) {
        sum += (extra_->cumulative[i] - (i ? extra_->cumulative[i - 1] : 0)) * parts()[i].cdf(x);
      }
      return sum;
    }
    case Kind::Empirical: {
      const auto end = std::upper_bound(values().begin(), values().end(), x);
      return static_cast<double>(end - values().begin()) / static_cast<double>(values().size());
    }
  }
  return 0;
}

double Distribution::quantile(double p) const {
  switch (kind_) {
    case Kind::Constant:
      return a_;
    case Kind::Exponential:
      return -dmath::log(1 - p) * a_;
    case Kind::Uniform:
      return a_ + p * (b_ - a_);
    case Kind::Normal: {
      if (b_ == 0) return a_;
      const double below = dmath::normalCdf(-a_ / b_);
      return std::max(0.0, a_ + b_ * dmath::normalQuantile(below + p * (1 - below)));
    }
    case Kind::LogNormal:
      return dmath::exp(a_ + b_ * dmath::normalQuantile(p));
    case Kind::Pareto:
      return a_ * dmath::pow(1 - p * derived_, -1 / b_);
    case Kind::Empirical: {
      const double rank = std::ceil(p * static_cast<double>(values().size()));
      return values()[rank < 1 ? 0 : std::min(values().size(), static_cast<std::size_t>(rank)) - 1];
    }
    case Kind::Gamma:
    case Kind::Erlang:
    case Kind::Mixture:
      return searchQuantile(p);
  }
  return 0;
}

double Distribution::searchQuantile(double p) const {
  double low = 0;
  double high = 1;
  if (cdf(0) >= p) return 0;
  while (cdf(high) < p && high < 1e300) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-13 * high && high > 1e-300) {
    const double middle = low + 0.5 * (high - low);
    (cdf(middle) < p ? low : high) = middle;
  }
  return high;
}

}  // namespace faultline
