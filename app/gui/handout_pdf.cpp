#include "gui/handout_pdf.h"

#include <QAbstractTextDocumentLayout>
#include <QFileInfo>
#include <QImage>
#include <QMarginsF>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgRenderer>
#include <QTextDocument>
#include <QUrl>

namespace faultline {

namespace {

constexpr int kDotsPerInch = 300;
constexpr qreal kMarginMm = 18;
constexpr qreal kMostHighMm = 80;  // of the drawing

QString drawingName() { return QStringLiteral("drawing"); }

qreal dots(qreal millimetres) { return millimetres / 25.4 * kDotsPerInch; }

// Takes the drawing out of the page and puts a picture of it in its place; rich text knows no SVG.
QString withPicture(QString page, qreal width, QTextDocument& document) {
  const qsizetype from = page.indexOf(QLatin1String("<svg")), end = page.indexOf(QLatin1String("</svg>"));
  if (from < 0 || end < from) return page;
  const qsizetype length = end + 6 - from;
  QSvgRenderer drawing(page.mid(from, length).toUtf8());
  QSizeF size = drawing.viewBoxF().size();
  if (!drawing.isValid() || size.isEmpty()) return page.remove(from, length);
  size.scale(width, dots(kMostHighMm), Qt::KeepAspectRatio);
  QImage picture(size.toSize(), QImage::Format_RGB32);
  picture.fill(Qt::white);
  {
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    drawing.render(&painter);
  }
  document.addResource(QTextDocument::ImageResource, QUrl(drawingName()), picture);
  return page.replace(from, length,
                      QStringLiteral("<p><img src=\"%1\" width=\"%2\" height=\"%3\"></p>")
                          .arg(drawingName())
                          .arg(picture.width())
                          .arg(picture.height()));
}

}  // namespace

QString writeHandoutPdf(const std::string& page, const QString& path) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) return file.errorString();
  {
    QPdfWriter writer(&file);
    writer.setPageSize(QPageSize(QPageSize::A4));
    writer.setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm), QPageLayout::Millimeter);
    writer.setResolution(kDotsPerInch);
    writer.setTitle(QFileInfo(path).completeBaseName());
    const QSizeF area = writer.pageLayout().paintRectPixels(kDotsPerInch).size();
    QTextDocument document;
    document.documentLayout()->setPaintDevice(&writer);
    document.setPageSize(area);
    document.setDocumentMargin(0);
    document.setHtml(withPicture(QString::fromStdString(page), area.width(), document));
    document.print(&writer);
  }
  return file.commit() ? QString() : file.errorString();
}

}  // namespace faultline
