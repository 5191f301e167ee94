// A chart with its title, unit, legend and menu: one card of the dashboard.
#pragma once

#include <QFrame>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gui/models/chart_plan.h"
#include "gui/models/recorded_dots.h"
#include "gui/models/run_lines.h"
#include "gui/panels/chart_view.h"

class QLabel;
class QMenu;
class QToolButton;

namespace faultline {

// What all charts draw from. References live as long as the call.
struct ChartSource {
  const Series& series;
  RunLines& lines;
  const Series* ghost;  // null without a baseline
  RunLines& ghostLines;
  const RecordedDots& recorded;
  SimTime from, to;
};

class ChartCard : public QFrame {
  Q_OBJECT

 public:
  explicit ChartCard(ChartSpec spec, QWidget* parent = nullptr);

  const ChartSpec& spec() const { return spec_; }
  // What the card was made for, without what people added to it.
  const ChartSpec& plan() const { return plan_; }
  // Another plan for the same chart, after an edit: scale and added lines stay, as far as `columns` still has them.
  void setPlan(const ChartSpec& plan, const std::vector<MetricColumn>& columns);
  ChartView& view() { return *view_; }
  const ChartView& view() const { return *view_; }
  bool isHidden(const std::string& column) const { return hidden_.count(column) != 0; }
  void setLineHidden(const std::string& column, bool hidden);
  void setLogarithmic(bool on);
  void addLine(const MetricColumn& column);

  void refresh(const ChartSource& source);
  // The crosshair at a time, with the values of the lines there; none with an empty time.
  void setCursor(const ChartSource& source, std::optional<SimTime> at);

  struct Reading {
    QString label;
    QColor color;
    double value = 0;  // NaN where there is none
    double ghost = 0;
  };
  std::vector<Reading> readings(const ChartSource& source, SimTime at) const;
  QColor colorOfLine(std::size_t index) const;
  // Offered load; and what comes when the colours begin again.
  bool isDashed(std::size_t index) const;
  // The same chart in another size, never on a screen: for export.
  static std::unique_ptr<ChartCard> copyOf(const ChartCard& card, QSize size);
  // With title and legend, as large as `place`, whose proportions should be those of the card.
  void paintOn(QPainter& painter, const QRectF& place);

 Q_SIGNALS:
  // Lines, scale or what is hidden changed: draw anew.
  void changed();
  void removeWanted();
  void exportWanted();

 protected:
  void contextMenuEvent(QContextMenuEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void buildLegend();
  void placeLegend();
  void elideAbout();
  QString about() const;
  void restyle();
  void fillMenu(QMenu& menu);

  ChartSpec plan_, spec_;
  std::set<std::string> hidden_;
  QLabel *title_, *about_;
  QToolButton* log_;
  ChartView* view_;
  QWidget* legend_;
  std::vector<QToolButton*> entries_;
};

}  // namespace faultline
