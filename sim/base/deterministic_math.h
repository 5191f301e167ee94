// Elementary functions that give the same bits on every machine.
//
// The C library's log, exp and pow may differ in the last bit between versions and platforms, which would change a
// run. These use only IEEE-754 additions, multiplications and divisions in a fixed order (the engine is compiled
// without contraction to fused operations). Relative error is below 4e-15 for log and exp; pow(x, y) = exp(y log x)
// with an extended-precision log, relative error below 1e-13 over the ranges that distributions need.
#pragma once

namespace faultline::dmath {

double log(double x);            // REQUIRES x > 0
double exp(double x);            // 0 below -745, infinity above 709
double pow(double x, double y);  // REQUIRES x > 0
double sqrt(double x);           // IEEE: exact everywhere
double normalQuantile(double p);  // inverse of the standard normal distribution; REQUIRES 0 < p < 1

}  // namespace faultline::dmath
