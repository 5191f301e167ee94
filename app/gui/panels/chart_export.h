// Charts as files: pictures for a report, numbers for a spreadsheet.
#pragma once

#include <QString>
#include <vector>

#include "gui/panels/chart_card.h"

namespace faultline {

// By the suffix: png (at twice the size), svg, pdf; or csv, the columns that the charts show, a row for each sample.
// Empty when it is written, else why not.
QString exportCharts(const QString& path, const QString& title, const std::vector<ChartCard*>& cards,
                     const ChartSource& source, SimTime playhead);
// Asks where to; empty when nowhere. A name without a suffix gets that of the kind of file that was chosen.
QString chooseExportPath(QWidget& parent, const QString& title);

}  // namespace faultline
