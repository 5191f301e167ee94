#include "gui/panels/component_drop.h"

#include <QDropEvent>
#include <QMimeData>
#include <QWidget>

namespace faultline {

ComponentDrop::ComponentDrop(QWidget& target, std::function<QPointF(QPoint)> toScene, QObject* parent)
    : QObject(parent), toScene_(std::move(toScene)) {
  target.setAcceptDrops(true);
  target.installEventFilter(this);
}

bool ComponentDrop::eventFilter(QObject* watched, QEvent* event) {
  const QEvent::Type type = event->type();
  if (type != QEvent::DragEnter && type != QEvent::DragMove && type != QEvent::Drop)
    return QObject::eventFilter(watched, event);
  auto* drop = static_cast<QDropEvent*>(event);
  const auto choice = mime::decodeComponent(drop->mimeData()->data(QString::fromLatin1(mime::kComponent)));
  if (!choice) return QObject::eventFilter(watched, event);
  drop->setDropAction(Qt::CopyAction);
  drop->accept();
  if (type == QEvent::Drop) Q_EMIT dropped(*choice, toScene_(drop->position().toPoint()));
  return true;
}

}  // namespace faultline
