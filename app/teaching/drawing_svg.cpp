#include <algorithm>
#include <cmath>
#include <cstdio>

#include "teaching/handout.h"

namespace faultline {
namespace {

constexpr double kWide = 150, kHigh = 44, kMargin = 20;

std::string printed(const char* form, auto... values) {
  char text[400];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

const Point* placeOf(const Scenario& scenario, const std::string& name) {
  for (const auto& [node, point] : scenario.layout)
    if (node == name) return &point;
  return nullptr;
}

// From the middle of a box towards another one, as far as its border.
Point borderOf(Point from, Point to) {
  const double dx = to.x - from.x, dy = to.y - from.y;
  const double byWidth = dx != 0 ? kWide / 2 / std::abs(dx) : 1e9, byHeight = dy != 0 ? kHigh / 2 / std::abs(dy) : 1e9;
  const double share = std::min({byWidth, byHeight, 1.0});
  return {from.x + share * dx, from.y + share * dy};
}

// With a tip of its own: markers are not part of SVG Tiny, which Qt draws.
std::string arrow(Point from, Point to) {
  const double dx = to.x - from.x, dy = to.y - from.y, length = std::max(std::hypot(dx, dy), 1e-9);
  const double x = dx / length, y = dy / length;
  constexpr double kLong = 9, kBroad = 4;
  return printed("<line class=\"arrow\" stroke=\"#555\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", from.x,
                 from.y, to.x, to.y) +
         printed("<polygon fill=\"#555\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>\n", to.x, to.y,
                 to.x - kLong * x - kBroad * y, to.y - kLong * y + kBroad * x, to.x - kLong * x + kBroad * y,
                 to.y - kLong * y - kBroad * x);
}

std::string label(const char* look, double x, double y, const std::string& text) {
  return printed("<text font-family=\"sans-serif\" text-anchor=\"middle\" %s x=\"%.0f\" y=\"%.0f\">", look, x, y) +
         escapedHtml(text) + "</text>\n";
}

std::string box(Point at, const NodeSpec& node) {
  const double middle = at.x + kWide / 2;
  return printed("<rect class=\"node\" fill=\"#f6f6f6\" stroke=\"#333\" x=\"%.0f\" y=\"%.0f\" ", at.x, at.y) +
         printed("width=\"%.0f\" height=\"%.0f\" rx=\"6\"/>\n", kWide, kHigh) +
         label("font-size=\"12\" font-weight=\"bold\"", middle, at.y + 19, node.name) +
         label("font-size=\"10\" fill=\"#555\"", middle, at.y + 35, node.kind);
}

}  // namespace

std::string drawingSvg(const Scenario& scenario) {
  if (scenario.layout.empty()) return {};
  double left = 1e18, top = 1e18, right = -1e18, bottom = -1e18;
  for (const auto& [name, p] : scenario.layout) {
    left = std::min(left, p.x);
    top = std::min(top, p.y);
    right = std::max(right, p.x + kWide);
    bottom = std::max(bottom, p.y + kHigh);
  }
  std::string svg = printed("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.0f %.0f %.0f %.0f\">\n",
                            left - kMargin, top - kMargin, right - left + 2 * kMargin, bottom - top + 2 * kMargin);
  for (const EdgeSpec& edge : scenario.edges) {
    const Point *a = placeOf(scenario, edge.from), *b = placeOf(scenario, edge.to);
    if (a == nullptr || b == nullptr) continue;
    const Point from{a->x + kWide / 2, a->y + kHigh / 2}, to{b->x + kWide / 2, b->y + kHigh / 2};
    const Point start = borderOf(from, to), end = borderOf(to, from);
    svg += arrow(start, end);
  }
  for (const NodeSpec& node : scenario.nodes)
    if (const Point* p = placeOf(scenario, node.name)) svg += box(*p, node);
  return svg + "</svg>\n";
}

}  // namespace faultline
