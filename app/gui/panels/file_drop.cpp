#include "gui/panels/file_drop.h"

#include <QDropEvent>
#include <QMimeData>
#include <QUrl>
#include <QWidget>

namespace faultline {

namespace {

// The one file that is dragged, if it may be a scenario.
QString fileIn(const QMimeData& data) {
  const QList<QUrl> urls = data.urls();
  if (urls.size() != 1 || !urls.first().isLocalFile()) return {};
  const QString path = urls.first().toLocalFile();
  const bool isYaml = path.endsWith(QLatin1String(".yaml"), Qt::CaseInsensitive) ||
                      path.endsWith(QLatin1String(".yml"), Qt::CaseInsensitive);
  return isYaml ? path : QString();
}

}  // namespace

void FileDrop::watch(QWidget& target) {
  target.setAcceptDrops(true);
  target.installEventFilter(this);
}

bool FileDrop::eventFilter(QObject* watched, QEvent* event) {
  const QEvent::Type type = event->type();
  if (type != QEvent::DragEnter && type != QEvent::DragMove && type != QEvent::Drop)
    return QObject::eventFilter(watched, event);
  auto* drop = static_cast<QDropEvent*>(event);
  const QString path = fileIn(*drop->mimeData());
  if (path.isEmpty()) return QObject::eventFilter(watched, event);
  drop->setDropAction(Qt::CopyAction);
  drop->accept();
  // The one who drags waits until the drop is done: a question about unsaved changes must not be asked before.
  if (type == QEvent::Drop)
    QMetaObject::invokeMethod(
        this, [this, path] { Q_EMIT dropped(path); }, Qt::QueuedConnection);
  return true;
}

}  // namespace faultline
