#include "gui/style/theme.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFontDatabase>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QStyle>
#include <QStyleFactory>
#include <QSvgRenderer>
#include <QWidget>

#include "gui/style/style_sheet.h"
#include "gui/style/system_scheme.h"
#include "model/catalog.h"

namespace faultline {

namespace {

struct Colors {
  const char *dark, *light;
};

// In the order of Tone. Checked for contrast on their grounds and for the common kinds of colour blindness (after Okabe
// and Ito): blue, orange and green keep apart in lightness too.
constexpr Colors kColors[] = {
    {"#12151a", "#f3f5f8"}, {"#191d24", "#ffffff"}, {"#222832", "#ffffff"}, {"#2e3642", "#d7dde5"},
    {"#e8ecf2", "#1a2029"}, {"#93a0b0", "#5d6b7c"}, {"#2a313d", "#edf0f4"}, {"#2fbf8f", "#00875f"},
    {"#e6a01a", "#b87700"}, {"#e8643c", "#c4460f"}, {"#56b4e9", "#0072b2"}, {"#4c8dff", "#1f5fd6"},
    {"#cc79a7", "#a44c80"}, {"#4a5666", "#9aa7b6"},
};
static_assert(std::size(kColors) == static_cast<std::size_t>(Tone::kCount));

constexpr double kBasePixels = 12.5;

QString glyphFile(const std::string& kind) {
  const auto file = [](const std::string& name) {
    return QStringLiteral(":/glyphs/%1.svg").arg(QString::fromStdString(name));
  };
  if (QFile::exists(file(kind))) return file(kind);
  if (const ComponentInfo* info = findKind(kind))
    if (const QString path = file(std::string("category_") + info->category); QFile::exists(path)) return path;
  return file("component");
}

QPixmap tinted(const QString& file, const QColor& color, int size, double ratio) {
  const QString key = QStringLiteral("%1 %2 %3 %4").arg(file).arg(color.rgba()).arg(size).arg(ratio);
  QPixmap pixmap;
  if (QPixmapCache::find(key, &pixmap)) return pixmap;
  pixmap = QPixmap(QSize(size, size) * ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  QSvgRenderer(file).render(&painter);
  painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
  painter.fillRect(pixmap.rect(), color);
  painter.end();
  pixmap.setDevicePixelRatio(ratio);
  QPixmapCache::insert(key, pixmap);
  return pixmap;
}

}  // namespace

Theme& Theme::instance() {
  static Theme theme;
  return theme;
}

QColor colorOf(Tone tone) { return Theme::instance().color(tone); }

void Theme::install(QApplication& application) {
  application_ = &application;
  for (const QString& file : QDir(QStringLiteral(":/fonts")).entryList()) {
    const int id = QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/") + file);
    const QStringList families = QFontDatabase::applicationFontFamilies(id);
    if (families.isEmpty()) continue;
    QString& family = families.first().contains(QLatin1String("Mono")) ? fixedFamily_ : family_;
    if (family.isEmpty()) family = families.first();
  }
  if (family_.isEmpty()) family_ = application.font().family();
  application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  scheme_ = new SystemScheme(application.palette(), &application);
  connect(scheme_, &SystemScheme::changed, this, &Theme::apply);
  apply();
}

void Theme::setMode(Mode mode) {
  mode_ = mode;
  apply();
}

void Theme::setScale(double scale) {
  if (scale == scale_) return;
  scale_ = scale;
  apply();
}

void Theme::apply() {
  dark_ = mode_ == Mode::Dark || (mode_ == Mode::System && scheme_ && scheme_->isDark());
  if (application_ == nullptr) return;
  QPalette palette;
  const auto set = [&](QPalette::ColorRole role, Tone tone) { palette.setColor(role, color(tone)); };
  set(QPalette::Window, Tone::Panel);
  set(QPalette::WindowText, Tone::Text);
  set(QPalette::Base, Tone::Input);
  set(QPalette::AlternateBase, Tone::Panel);
  set(QPalette::Text, Tone::Text);
  set(QPalette::Button, Tone::Input);
  set(QPalette::ButtonText, Tone::Text);
  set(QPalette::PlaceholderText, Tone::Muted);
  set(QPalette::Highlight, Tone::Accent);
  set(QPalette::ToolTipBase, Tone::Card);
  set(QPalette::ToolTipText, Tone::Text);
  set(QPalette::Link, Tone::Accent);
  set(QPalette::Mid, Tone::Line);
  set(QPalette::Dark, Tone::Line);
  set(QPalette::Light, Tone::Line);
  palette.setColor(QPalette::HighlightedText, Qt::white);
  for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    palette.setColor(QPalette::Disabled, role, faint(Tone::Muted, 0.6));
  application_->setPalette(palette);
  application_->setFont(textFont(Type::Base));
  application_->setStyleSheet(styleSheet(*this));
  Q_EMIT changed();
}

QColor Theme::color(Tone tone) const {
  const Colors& colors = kColors[static_cast<std::size_t>(tone)];
  return QColor(QLatin1String(dark_ ? colors.dark : colors.light));
}

QColor Theme::faint(Tone tone, double share) const {
  QColor c = color(tone);
  c.setAlphaF(static_cast<float>(share));
  return c;
}

QFont Theme::font(Type type, double zoom) const {
  QFont font(family_);
  double pixels = kBasePixels;
  switch (type) {
    case Type::Base:
      break;
    case Type::Heading:
      pixels = 10;
      font.setCapitalization(QFont::AllUppercase);
      font.setLetterSpacing(QFont::AbsoluteSpacing, 0.4);
      font.setWeight(QFont::DemiBold);
      break;
    case Type::Name:
      pixels = 13;
      font.setWeight(QFont::DemiBold);
      break;
    case Type::Headline:
      pixels = 16;
      font.setWeight(QFont::DemiBold);
      break;
    case Type::Clock:
      pixels = 20;
      font.setWeight(QFont::DemiBold);
      break;
  }
  // Half pixels exist only in points: a point is 4/3 of a pixel at 96 dots per inch.
  font.setPointSizeF(pixels * zoom * 0.75);
  return font;
}

QFont Theme::fixedFont() const {
  QFont font = fixedFamily_.isEmpty() ? QFontDatabase::systemFont(QFontDatabase::FixedFont) : QFont(fixedFamily_);
  font.setPointSizeF(kBasePixels * 0.94 * scale_ * 0.75);
  return font;
}

void Theme::dress(QWidget& widget, Type type, double zoom) {
  const auto set = [this, &widget, type, zoom] { widget.setFont(textFont(type, zoom)); };
  set();
  connect(this, &Theme::changed, &widget, set);
}

QPixmap Theme::glyph(const std::string& kind, QColor color, int size, double ratio) const {
  return tinted(glyphFile(kind), color, size, ratio);
}

QIcon Theme::icon(const QString& name, QColor color) const {
  if (!color.isValid()) color = this->color(Tone::Text);
  QIcon icon;
  const QString file = QStringLiteral(":/icons/%1.svg").arg(name);
  for (const int size : {18, 24}) {
    for (const double ratio : {1.0, 2.0}) {
      icon.addPixmap(tinted(file, color, size, ratio));
      icon.addPixmap(tinted(file, faint(Tone::Muted, 0.5), size, ratio), QIcon::Disabled);
    }
  }
  return icon;
}

}  // namespace faultline
