#include "gui/style/system_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QPalette>

namespace faultline {

namespace {

const auto kService = QStringLiteral("org.freedesktop.portal.Desktop");
const auto kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const auto kNamespace = QStringLiteral("org.freedesktop.appearance");
const auto kKey = QStringLiteral("color-scheme");
constexpr unsigned kPrefersDark = 1, kPrefersLight = 2;
// A desktop that does not answer at once has no say: the first window must not wait.
constexpr int kPatienceMs = 200;

bool prefersDark(const QPalette& systemPalette) {
  QDBusMessage question = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
  question << kNamespace << kKey;
  const QDBusConnection bus = QDBusConnection::sessionBus();
  if (bus.isConnected()) {
    const QDBusMessage answer = bus.call(question, QDBus::Block, kPatienceMs);
    if (answer.type() == QDBusMessage::ReplyMessage && !answer.arguments().isEmpty()) {
      QVariant value = answer.arguments().constFirst();
      while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
      if (value.toUInt() == kPrefersDark) return true;
      if (value.toUInt() == kPrefersLight) return false;
    }
  }
  return systemPalette.color(QPalette::Window).lightness() < 128;
}

}  // namespace

SystemScheme::SystemScheme(const QPalette& systemPalette, QObject* parent)
    : QObject(parent), dark_(prefersDark(systemPalette)) {
  QDBusConnection::sessionBus().connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                                        SLOT(settingChanged(QString, QString, QDBusVariant)));
}

void SystemScheme::settingChanged(const QString& space, const QString& key, const QDBusVariant& value) {
  if (space != kNamespace || key != kKey) return;
  dark_ = value.variant().toUInt() == kPrefersDark;
  Q_EMIT changed(dark_);
}

}  // namespace faultline
