#include "base/deterministic_math.h"

#include <cmath>

namespace faultline::dmath {

namespace {

// A number as the unevaluated sum of two doubles.
struct Twofold {
  double high;
  double low;
};

// Knuth's exact sum.
Twofold exactSum(double a, double b) {
  const double s = a + b;
  const double bb = s - a;
  return {s, (a - (s - bb)) + (b - bb)};
}

// Dekker's exact product (no fused multiply-add). REQUIRES magnitudes below 2^996.
Twofold exactProduct(double a, double b) {
  constexpr double kSplitter = 0x1p27 + 1;
  const double ta = kSplitter * a;
  const double a1 = ta - (ta - a);
  const double a2 = a - a1;
  const double tb = kSplitter * b;
  const double b1 = tb - (tb - b);
  const double b2 = b - b1;
  const double p = a * b;
  return {p, a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2)};
}

// The logarithm with about 60 good bits.
Twofold preciseLog(double x) {
  const auto [m, e] = detail::splitNearOne(x);
  const double numerator = m - 1;
  const Twofold denominator = exactSum(m, 1);
  const double s = numerator / denominator.high;
  const Twofold product = exactProduct(s, denominator.high);
  const double rest = ((numerator - product.high) - product.low - s * denominator.low) / denominator.high;
  const Twofold sum = exactSum(e * detail::kLn2High, 2 * s);
  const double low = sum.low + (2 * rest + (detail::atanhTail(s) + e * detail::kLn2Low));
  return exactSum(sum.high, low);
}

template <std::size_t N>
double polynomial(const double (&coefficients)[N], double x) {
  double sum = coefficients[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

}  // namespace

double sqrt(double x) { return std::sqrt(x); }

double pow(double x, double y) {
  if (x > std::numeric_limits<double>::max()) return y > 0 ? x : (y < 0 ? 0 : 1);
  const Twofold l = preciseLog(x);
  const double rough = y * l.high;
  if (!(rough < 710)) return exp(rough);
  if (rough < -746 || y > 0x1p900 || y < -0x1p900) return exp(rough);
  const Twofold product = exactProduct(y, l.high);
  const double e = exp(product.high);
  return e + e * (product.low + y * l.low);
}

// Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16.
double normalQuantile(double p) {
  static constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double b[] = {1.0,
                                 4.2313330701600911252e1,
                                 6.8718700749205790830e2,
                                 5.3941960214247511077e3,
                                 2.1213794301586595867e4,
                                 3.9307895800092710610e4,
                                 2.8729085735721942674e4,
                                 5.2264952788528545610e3};
  static constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                 3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  static constexpr double f[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double g[] = {1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double r = sqrt(-log(q < 0 ? p : 1 - p));
  const double x =
      r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6) : polynomial(f, r - 5) / polynomial(g, r - 5);
  return q < 0 ? -x : x;
}

double normalCdf(double x) {
  const double half = 0.5 * gammaCdf(0.5, 0.5 * x * x);
  return x < 0 ? 0.5 - half : 0.5 + half;
}

double logGamma(double x) {
  // Stirling's series holds to 1e-16 from 12 on; smaller arguments are lifted by the recurrence.
  double factor = 1;
  while (x < 12) {
    factor *= x;
    x += 1;
  }
  static constexpr double kSeries[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                       1.0 / 1188, -691.0 / 360360, 1.0 / 156};
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  const double inverse = 1 / x;
  return (x - 0.5) * log(x) - x + kHalfLogTwoPi + polynomial(kSeries, inverse * inverse) * inverse - log(factor);
}

double gammaCdf(double shape, double x) {
  if (!(x > 0)) return 0;
  const double front = exp(shape * log(x) - x - logGamma(shape));
  if (x < shape + 1) {
    // The power series of the lower incomplete gamma function.
    double term = 1 / shape;
    double sum = term;
    for (double n = shape + 1; term > sum * 1e-17; n += 1) sum += term *= x / n;
    return front * sum;
  }
  // Lentz's continued fraction of the upper incomplete gamma function.
  double b = x + 1 - shape;
  double c = 1e300;
  double d = 1 / b;
  double h = d;
  for (int i = 1; i < 100'000; ++i) {
    const double a = -i * (i - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    const double delta = c * d;
    h *= delta;
    // Two units in the last place; asking for less may never end.
    if (delta > 1 - 4e-16 && delta < 1 + 4e-16) break;
  }
  const double above = front * h;
  return above < 1 ? 1 - above : 0;
}

}  // namespace faultline::dmath
