#include "gui/style/style_sheet.h"

#include <QStringList>

#include "gui/style/theme.h"

namespace faultline {

namespace {

// %1 panel, %2 line, %3 text, %4 muted, %5 input, %6 accent, %7 card, %8 canvas, %9 and %10 ground and writing of a
// chip
const auto kSheet = QStringLiteral(R"(
QMainWindow, QMenuBar, QToolBar, QStatusBar { background: %1; }
QMainWindow::separator { background: %2; width: 1px; height: 1px; }
QToolBar { border: none; border-bottom: 1px solid %2; padding: 5px 8px; spacing: 4px; }
QMenuBar { padding: 2px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: %5; }
QMenu { background: %7; border: 1px solid %2; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 12px; border-radius: 5px; }
QMenu::item:selected { background: %6; color: white; }
QMenu::item:disabled { color: %4; }
QMenu::separator { height: 1px; background: %2; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
QStatusBar { border-top: 1px solid %2; color: %4; }
QStatusBar::item { border: none; }
QToolTip { background: %7; color: %3; border: 1px solid %2; padding: 6px 8px; }
QToolButton { border: none; border-radius: 6px; padding: 5px; background: transparent; }
QToolButton:hover { background: %5; }
QToolButton:pressed, QToolButton:checked { background: %6; color: white; }
QToolButton#qt_toolbar_ext_button { padding: 0; }
QToolButton#primary { background: %6; }
QToolButton#primary:disabled { background: %5; }
QLabel#muted { color: %4; }
QLabel#error { color: %11; }
QLabel#chip { background: %9; color: %10; border-radius: 9px; padding: 3px 10px; font-weight: 600; }
QToolButton#chip, QPushButton { background: %5; border: none; border-radius: 6px; padding: 6px 12px; }
QPushButton:hover { background: %2; }
QPushButton:default { background: %6; color: white; }
QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit {
  background: %5; border: 1px solid %5; border-radius: 5px; padding: 3px 7px; selection-background-color: %6; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus { border-color: %6; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/icons/combo_arrow.svg); width: 12px; height: 12px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: %2; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: %6; }
QSlider::handle:horizontal { width: 13px; height: 13px; margin: -5px 0; border-radius: 6px; background: %6; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
QDockWidget::title { background: %1; padding: 7px 12px; border-bottom: 1px solid %2; }
QTabBar::tab { background: transparent; color: %4; padding: 6px 8px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: %3; border-bottom-color: %6; }
QTabWidget::pane { border: none; border-top: 1px solid %2; }
QHeaderView::section { background: %1; color: %4; border: none; border-bottom: 1px solid %2; padding: 4px 8px; }
QTreeView, QListView, QTableView, QScrollArea { background: %1; border: none; alternate-background-color: %1; }
QTreeView::item, QListView::item { padding: 3px 4px; border-radius: 5px; }
QTreeView#metrics::item { border-radius: 0; }
QTreeView::item:hover, QListView::item:hover { background: %5; }
QTreeView::item:selected, QListView::item:selected { background: %6; color: white; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 9px; }
QScrollBar:horizontal { height: 9px; }
QScrollBar::handle { background: %2; border-radius: 4px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: %4; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none; width: 0; height: 0; }
)");

}  // namespace

QString styleSheet(const Theme& theme) {
  QString sheet = kSheet;
  QStringList names;
  for (const Tone tone :
       {Tone::Panel, Tone::Line, Tone::Text, Tone::Muted, Tone::Input, Tone::Accent, Tone::Card, Tone::Canvas})
    names << theme.color(tone).name();
  names << theme.faint(Tone::Degraded, 0.2).name(QColor::HexArgb) << theme.color(Tone::Degraded).name()
        << theme.color(Tone::Failing).name();
  // From the last, so that %1 does not match the beginning of %10.
  for (qsizetype i = names.size(); i > 0; --i) sheet.replace(QStringLiteral("%") + QString::number(i), names[i - 1]);
  return sheet;
}

}  // namespace faultline
