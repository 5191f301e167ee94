// Colours by meaning, dark and light; the font; glyphs and icons in those colours.
//
// Colour means a state or a series, nothing else; what has a state has a shape too. Painters ask for a colour when they
// paint and keep none, so that the theme can switch while everything is open: `changed` tells when to paint again.
// Thread safety: the window's thread. There is one theme in a program, as there is one palette in QApplication.
#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>
#include <QPixmap>
#include <QString>
#include <string>

class QApplication;
class QWidget;

namespace faultline {

class SystemScheme;

enum class Tone {
  Canvas,
  Panel,
  Card,
  Line,
  Text,
  Muted,
  Input,  // surfaces and writing
  Ok,
  Degraded,
  Failing,  // states
  Traffic,
  Accent,
  Fourth,  // info and traffic; selection; a fourth series
  Edge,    // an arrow at rest
  kCount,
};

// Type sizes in pixels at 100 %: the base, group headings, names, headline metrics, the clock.
enum class Type { Base, Heading, Name, Headline, Clock };

class Theme : public QObject {
  Q_OBJECT

 public:
  enum class Mode { System, Dark, Light };

  static Theme& instance();

  // Installs the font, the style and the palette. Call once, before the first window.
  void install(QApplication& application);
  void setMode(Mode mode);
  Mode mode() const { return mode_; }
  bool isDark() const { return dark_; }

  QColor color(Tone tone) const;
  // The colour, let through over the canvas: for bands and pills.
  QColor faint(Tone tone, double share = 0.2) const;
  // For drawings that have a zoom of their own.
  QFont font(Type type, double zoom = 1) const;
  // For widgets: follows the scale. `dress` keeps a widget in it, whatever changes.
  QFont textFont(Type type, double zoom = 1) const { return font(type, zoom * scale_); }
  void dress(QWidget& widget, Type type, double zoom = 1);
  // Characters of one width, for the text of files.
  QFont fixedFont() const;

  // How much larger than usual texts of widgets are: a projector's audience sits far away.
  static constexpr double kPresenterScale = 1.4;
  void setScale(double scale);
  double scale() const { return scale_; }

  // The glyph of a kind, from resources/glyphs by its name, else that of its category, in a colour. `size` is in
  // logical pixels, `ratio` the device's. Cached.
  QPixmap glyph(const std::string& kind, QColor color, int size, double ratio) const;
  // An icon of the tool bar, from resources/icons, in the colour of texts unless another is given. Ask again on
  // `changed`.
  QIcon icon(const QString& name, QColor color = {}) const;

 Q_SIGNALS:
  void changed();

 private:
  Theme() = default;
  void apply();

  QApplication* application_ = nullptr;
  Mode mode_ = Mode::System;
  bool dark_ = true;
  SystemScheme* scheme_ = nullptr;
  QString family_, fixedFamily_;
  double scale_ = 1;
};

// Short for Theme::instance().color(tone).
QColor colorOf(Tone tone);

}  // namespace faultline
