#include "gui/panels/chart_export.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <algorithm>
#include <memory>

#include "gui/style/theme.h"
#include "io/series_csv.h"

namespace faultline {

namespace {

constexpr double kGap = 12, kTitle = 34;
constexpr double kImageRatio = 2;
constexpr int kPerRow = 2;
constexpr QSize kPictureSize(640, 360);  // of each chart

QString tr(const char* text) { return QCoreApplication::translate("ChartExport", text); }

QString cannotWrite(const QString& path, const QString& why) { return tr("Cannot write %1: %2").arg(path, why); }

// A card with its heading and legend; all charts are of one size.
QSizeF cellOf(const std::vector<ChartCard*>& cards) {
  QSizeF cell(1, 1);
  for (const ChartCard* card : cards) cell = cell.expandedTo(card->view().size() + QSize(0, 48));
  return cell;
}

QSizeF sizeOf(const std::vector<ChartCard*>& cards) {
  const QSizeF cell = cellOf(cards);
  const int columns = std::min<int>(kPerRow, static_cast<int>(cards.size()));
  const int rows = (static_cast<int>(cards.size()) + kPerRow - 1) / kPerRow;
  return {columns * (cell.width() + kGap) + kGap, rows * (cell.height() + kGap) + kGap + kTitle};
}

void paintAll(QPainter& painter, const QString& title, const std::vector<ChartCard*>& cards) {
  const QSizeF cell = cellOf(cards), size = sizeOf(cards);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(QRectF(QPointF(), size), colorOf(Tone::Canvas));
  painter.setFont(Theme::instance().font(Type::Headline));
  painter.setPen(colorOf(Tone::Text));
  painter.drawText(QRectF(kGap, 0, size.width() - 2 * kGap, kTitle + kGap / 2), Qt::AlignVCenter, title);
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const int column = static_cast<int>(i) % kPerRow, row = static_cast<int>(i) / kPerRow;
    cards[i]->paintOn(painter, QRectF(QPointF(kGap + column * (cell.width() + kGap), kTitle + kGap + row * (cell.height() + kGap)), cell));
  }
}

QString exportPicture(const QString& path, const QString& title, const std::vector<ChartCard*>& cards) {
  if (cards.empty()) return tr("There are no charts to export.");
  const QString suffix = QFileInfo(path).suffix().toLower();
  const QSizeF size = sizeOf(cards);
  if (suffix == QLatin1String("png")) {
    QImage image((size * kImageRatio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(kImageRatio);
    QPainter painter(&image);
    paintAll(painter, title, cards);
    painter.end();
    return image.save(path, "PNG") ? QString() : cannotWrite(path, tr("the file cannot be created"));
  }
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) return cannotWrite(path, file.errorString());
  if (suffix == QLatin1String("svg")) {
    QSvgGenerator svg;
    svg.setOutputDevice(&file);
    svg.setSize(size.toSize());
    svg.setViewBox(QRectF(QPointF(), size));
    svg.setTitle(title);
    QPainter painter(&svg);
    paintAll(painter, title, cards);
  } else if (suffix == QLatin1String("pdf")) {
    QPdfWriter pdf(&file);
    pdf.setTitle(title);
    pdf.setResolution(96);
    pdf.setPageSize(QPageSize(size * 0.75, QPageSize::Point));
    pdf.setPageMargins({});
    QPainter painter(&pdf);
    paintAll(painter, title, cards);
  } else {
    return tr("Charts are exported as .png, .svg, .pdf or .csv.");
  }
  return file.commit() ? QString() : cannotWrite(path, file.errorString());
}

QString exportTable(const QString& path, const Series& series, const std::vector<ChartCard*>& cards) {
  Series shown;
  shown.times = series.times;
  for (const ChartCard* card : cards) {
    for (const ChartLine& line : card->spec().lines) {
      const SeriesColumn* column = series.find(line.column);
      if (column != nullptr && shown.find(line.column) == nullptr) shown.columns.push_back(*column);
    }
  }
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) return cannotWrite(path, file.errorString());
  file.write(QByteArray::fromStdString(seriesCsv(shown)));
  return file.commit() ? QString() : cannotWrite(path, file.errorString());
}

}  // namespace

QString exportCharts(const QString& path, const QString& title, const std::vector<ChartCard*>& cards,
                     const ChartSource& source, SimTime playhead) {
  if (QFileInfo(path).suffix().toLower() == QLatin1String("csv")) return exportTable(path, source.series, cards);
  std::vector<std::unique_ptr<ChartCard>> copies;
  std::vector<ChartCard*> pages;
  for (const ChartCard* card : cards) {
    copies.push_back(ChartCard::copyOf(*card, kPictureSize));
    pages.push_back(copies.back().get());
    pages.back()->refresh(source);
    pages.back()->view().setPlayhead(playhead);
  }
  return exportPicture(path, title, pages);
}

QString chooseExportPath(QWidget& parent, const QString& title) {
  struct Kind {
    QString filter, suffix;
  };
  const Kind kinds[] = {{tr("Picture (*.png)"), QStringLiteral(".png")},
                        {tr("Drawing (*.svg)"), QStringLiteral(".svg")},
                        {tr("Document (*.pdf)"), QStringLiteral(".pdf")},
                        {tr("Table (*.csv)"), QStringLiteral(".csv")}};
  QStringList filters;
  for (const Kind& kind : kinds) filters << kind.filter;
  QString chosen = filters.front();
  const QString path = QFileDialog::getSaveFileName(&parent, tr("Export charts"), title + kinds[0].suffix,
                                                    filters.join(QStringLiteral(";;")), &chosen);
  if (path.isEmpty() || !QFileInfo(path).suffix().isEmpty()) return path;
  return path + kinds[std::max<qsizetype>(0, filters.indexOf(chosen))].suffix;
}

}  // namespace faultline
