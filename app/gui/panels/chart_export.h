// Charts as files: pictures for a report, numbers for a spreadsheet.
#pragma once

#include <QString>
#include <vector>

#include "gui/panels/chart_card.h"

namespace faultline {

// By the suffix: png (at twice the size), svg, pdf. Empty when it is written, else why not.
QString exportPicture(const QString& path, const QString& title, const std::vector<ChartCard*>& cards);
// The columns that the charts show, a row for each sample.
QString exportTable(const QString& path, const Series& series, const std::vector<ChartCard*>& cards);

}  // namespace faultline
