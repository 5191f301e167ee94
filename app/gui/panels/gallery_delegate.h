// The card of one scenario of the library: its drawing, its name, its lesson, and how far somebody has come with it.
#pragma once

#include <QHash>
#include <QPixmap>
#include <QStringList>
#include <QStyledItemDelegate>
#include <QTimer>
#include <functional>
#include <vector>

namespace faultline {

class GalleryFilter;
struct Scenario;

// Draws an architecture into a rectangle.
using ThumbnailPainter = std::function<void(QPainter&, const QRectF&, const Scenario&)>;

class GalleryDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  GalleryDelegate(const GalleryFilter& filter, ThumbnailPainter thumbnail, QObject* parent = nullptr);

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  // Height of a card at a width.
  static int heightFor(int width);
  void forgetDrawings() { drawings_.clear(); }
  // Scenarios may have moved in memory: cards that still lack a drawing order it anew when they are painted.
  void forgetOrders() { orders_.clear(); }

 Q_SIGNALS:
  // Drawings are ready that were missing when their cards were painted.
  void drawn();

 private:
  void paintDrawing(QPainter& painter, const QRect& rect, const QModelIndex& index) const;
  void drawSome();

  struct Order {
    QString id;
    QSize size;
    double ratio;
    const Scenario* scenario;
  };
  const GalleryFilter& filter_;
  ThumbnailPainter thumbnail_;
  // Drawings are made a few at a time between the window's events.
  mutable QHash<QString, QPixmap> drawings_;
  mutable std::vector<Order> orders_;
  mutable QTimer timer_;
};

}  // namespace faultline
