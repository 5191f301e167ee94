// Whether the desktop wants dark windows. Qt 6.4 does not say, so the desktop portal is asked over D-Bus (key
// org.freedesktop.appearance color-scheme); without a portal, the lightness of the system's palette decides.
#pragma once

#include <QDBusVariant>
#include <QObject>
#include <QString>

class QPalette;

namespace faultline {

class SystemScheme : public QObject {
  Q_OBJECT

 public:
  // REQUIRES the palette of a program that has not set its own.
  explicit SystemScheme(const QPalette& systemPalette, QObject* parent = nullptr);

  bool isDark() const { return dark_; }

 Q_SIGNALS:
  void changed(bool isDark);

 private Q_SLOTS:
  void settingChanged(const QString& space, const QString& key, const QDBusVariant& value);

 private:
  bool dark_;
};

}  // namespace faultline
