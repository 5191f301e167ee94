#include "gui/view_commands.h"

#include <QAction>
#include <QDockWidget>

#include "gui/actions.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/minimap.h"
#include "gui/main_window.h"
#include "gui/style/theme.h"
#include "gui/style/theme_name.h"

namespace faultline {

namespace {

constexpr double kZoomStep = 1.25;

}  // namespace

ViewCommands::ViewCommands(MainWindow& window, const Memory& memory)
    : QObject(&window), window_(window), canvas_(window.canvas()), memory_(memory) {
  connectZoom();
  connectThemes();
  connectPresenter();
}

void ViewCommands::connectZoom() {
  Actions& actions = window_.actions();
  actions.on(Command::ZoomIn, this, [this] { canvas_.setZoom(canvas_.zoom() * kZoomStep); });
  actions.on(Command::ZoomOut, this, [this] { canvas_.setZoom(canvas_.zoom() / kZoomStep); });
  actions.on(Command::ZoomActual, this, [this] { canvas_.setZoom(1); });
  actions.on(Command::FitAll, this, [this] { canvas_.fitAll(); });
  actions.on(Command::FitSelection, this, [this] { canvas_.fitSelection(); });
  QAction* minimap = actions[Command::Minimap];
  minimap->setChecked(canvas_.minimap().isWanted());
  actions.on(Command::Minimap, this, [this, minimap] { canvas_.minimap().setWanted(minimap->isChecked()); });
}

void ViewCommands::connectThemes() {
  const std::pair<Command, Theme::Mode> themes[] = {{Command::ThemeSystem, Theme::Mode::System},
                                                    {Command::ThemeDark, Theme::Mode::Dark},
                                                    {Command::ThemeLight, Theme::Mode::Light}};
  for (const auto& [command, mode] : themes) {
    window_.actions().on(command, this, [this, mode = mode] {
      Theme::instance().setMode(mode);
      if (memory_.isKept()) memory_.settings().setValue(QStringLiteral("theme"), themeName(mode));
    });
    QAction* action = window_.actions()[command];
    const auto check = [action, mode = mode] { action->setChecked(Theme::instance().mode() == mode); };
    connect(&Theme::instance(), &Theme::changed, action, check);
    check();
  }
}

void ViewCommands::connectPresenter() {
  QAction* presenter = window_.actions()[Command::Presenter];
  // Who shows a system does not build one: its room is the canvas's.
  window_.actions().on(Command::Presenter, this, [this, presenter, hidden = QList<QDockWidget*>()]() mutable {
    const bool isOn = presenter->isChecked();
    for (QDockWidget* dock : hidden) dock->show();
    if (!hidden.isEmpty()) hidden.first()->raise();
    hidden.clear();
    for (const char* name : {"paletteDock", "problemsDock"})
      if (auto* dock = window_.findChild<QDockWidget*>(QLatin1String(name));
          isOn && dock->toggleViewAction()->isChecked()) {
        dock->hide();
        hidden << dock;
      }
    Theme::instance().setScale(isOn ? Theme::kPresenterScale : 1);
    canvas_.fitAll();
  });
  presenter->setChecked(Theme::instance().scale() > 1);
}

}  // namespace faultline
