// Numbers with their units as people read them: the only place of the window that writes numbers.
//
// Three or four significant digits, a thin space before the unit, digits of constant width by the font. Unknown values
// (NaN) are a dash. Files are not written with this: see base/quantity.h.
#pragma once

#include <QString>
#include <string>

#include "base/time.h"

namespace faultline::format {

// A value of a series in the series' unit ("ms", "/s", "ratio", "cores", "B", "1", "messages", ...): "6.2 s", "41 %",
// "228/s", "8 412".
QString value(double number, const std::string& unit);
// The unit alone, for axes and headings: "ms", "per second", "%"; empty for plain counts.
QString unitName(const std::string& unit);

QString duration(Duration span);   // "6.2 s", "800 us", "3 min 41 s"
QString clock(SimTime time);       // "05:12.4", from an hour on "1:05:12.4"
QString shortClock(SimTime time);  // "05:12"
QString rate(double perSecond);    // "228/s", "1.2 k/s"
QString ratio(double share);       // "41 %"
QString count(double number);      // "8 412", "1.24 M"
QString speed(double factor);      // "x20", "x0.01", "max"

}  // namespace faultline::format
