#include "gui/actions.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenuBar>

#include "gui/style/theme.h"

namespace faultline {

namespace {

struct Row {
  Command command;
  const char* menu;
  const char* text;
  const char* help;
  const char* icon;  // of resources/icons; empty for none
  const char* keys;  // separated by "; "
};

#define TEXT(text) QT_TRANSLATE_NOOP("Actions", text)

// In the order of Command. An empty text in a menu begins a new group.
constexpr Row kRows[] = {
    {Command::New, TEXT("&File"), TEXT("&New"), TEXT("Begin with an empty canvas"), "new", "Ctrl+N"},
    {Command::Open, TEXT("&File"), TEXT("&Open…"), TEXT("Open a scenario file"), "open", "Ctrl+O"},
    {Command::OpenRecent, TEXT("&File"), TEXT("Open &recent"), TEXT("Files that were open lately"), "", ""},
    {Command::Gallery, TEXT("&File"), TEXT("Sc&enarios…"), TEXT("Choose from the scenarios that come with Faultline"),
     "gallery", "Ctrl+E"},
    {Command::Save, TEXT("&File"), TEXT("&Save"), TEXT("Save the scenario"), "save", "Ctrl+S"},
    {Command::SaveAs, TEXT("&File"), TEXT("Save &as…"), TEXT("Save the scenario under another name"), "",
     "Ctrl+Shift+S"},
    {Command::Handout, TEXT("&File"), TEXT("&Handout…"), TEXT("Save the lesson as a PDF to print, with the answers of a run"), "", ""},
    {Command::Quit, TEXT("&File"), TEXT("&Quit"), TEXT("Close the window"), "", "Ctrl+Q"},
    {Command::Undo, TEXT("&Edit"), TEXT("&Undo"), TEXT("Take back the last change"), "undo", "Ctrl+Z"},
    {Command::Redo, TEXT("&Edit"), TEXT("&Redo"), TEXT("Do again what was taken back"), "redo", "Ctrl+Shift+Z; Ctrl+Y"},
    {Command::Cut, TEXT("&Edit"), TEXT("Cu&t"), TEXT("Move the selected nodes to the clipboard, as text"), "",
     "Ctrl+X"},
    {Command::Copy, TEXT("&Edit"), TEXT("&Copy"), TEXT("Copy the selected nodes, as the text of a scenario"), "",
     "Ctrl+C"},
    {Command::Paste, TEXT("&Edit"), TEXT("&Paste"), TEXT("Paste nodes from the clipboard"), "", "Ctrl+V"},
    {Command::Duplicate, TEXT("&Edit"), TEXT("&Duplicate"), TEXT("Copy the selected nodes beside themselves"), "",
     "Ctrl+D"},
    {Command::Delete, TEXT("&Edit"), TEXT("De&lete"), TEXT("Remove what is selected, with the arrows of removed nodes"),
     "delete", "Delete; Backspace"},
    {Command::SelectAll, TEXT("&Edit"), TEXT("Select &all"), TEXT("Select every node"), "", "Ctrl+A"},
    {Command::QuickAdd, TEXT("&Edit"), TEXT("Add a com&ponent…"), TEXT("Type what to add to the canvas"), "add", "/"},
    {Command::Rename, TEXT("&Edit"), TEXT("Rena&me"), TEXT("Write another name where it stands"), "", "F2"},
    {Command::Connect, TEXT("&Edit"), TEXT("C&onnect"),
     TEXT("Draw an arrow from the selected node: choose with Tab or arrows, Enter connects"), "", "C"},
    {Command::Group, TEXT("&Edit"), TEXT("&Group into a region"),
     TEXT("Put the selected nodes into a region, a place that can fail as a whole"), "", "Ctrl+G"},
    {Command::Ungroup, TEXT("&Edit"), TEXT("U&ngroup"), TEXT("Remove the selected region; its nodes stay"), "",
     "Ctrl+Shift+G"},
    {Command::AddNote, TEXT("&Edit"), TEXT("Add a not&e"), TEXT("Write a text on the canvas"), "", "N"},
    {Command::Arrange, TEXT("&Edit"), TEXT("A&rrange"), TEXT("Lay out the selected nodes, or all, in layers"),
     "arrange", "Ctrl+Shift+L"},
    {Command::ZoomIn, TEXT("&View"), TEXT("Zoom &in"), TEXT("Show the canvas larger"), "zoom_in", "Ctrl++; Ctrl+="},
    {Command::ZoomOut, TEXT("&View"), TEXT("Zoom &out"), TEXT("Show the canvas smaller"), "zoom_out", "Ctrl+-"},
    {Command::ZoomActual, TEXT("&View"), TEXT("&Actual size"), TEXT("Show the canvas at 100 %"), "", "Ctrl+0"},
    {Command::FitAll, TEXT("&View"), TEXT("&Fit all"), TEXT("Show the whole system"), "fit", "Shift+1; F"},
    {Command::FitSelection, TEXT("&View"), TEXT("Fit &selection"), TEXT("Show what is selected"), "", "Shift+2"},
    {Command::Minimap, TEXT("&View"), TEXT("&Minimap"), TEXT("Show or hide the small picture of the whole system"), "",
     "Ctrl+Shift+O"},
    {Command::ThemeSystem, TEXT("&View"), TEXT("&System theme"), TEXT("Dark or light, as the desktop is"), "", ""},
    {Command::ThemeDark, TEXT("&View"), TEXT("&Dark theme"), TEXT("Light writing on a dark ground"), "", ""},
    {Command::ThemeLight, TEXT("&View"), TEXT("&Light theme"), TEXT("Dark writing on a light ground"), "", ""},
    {Command::Presenter, TEXT("&View"), TEXT("&Presenter"), TEXT("Larger type, for a projector"), "", "Ctrl+Shift+P"},
    {Command::ShowSource, TEXT("&View"), TEXT("So&urce"), TEXT("The scenario as the text of its file"), "source",
     "Ctrl+U"},
    {Command::Workshop, TEXT("&View"), TEXT("Works&hop"),
     TEXT("Seats with luck of their own, hidden faults, a timed round and the scoreboard"), "", ""},
    {Command::Panels, TEXT("&View"), TEXT("Pa&nels"), TEXT("Which panels are shown"), "", ""},
    {Command::ResetPanels, TEXT("&View"), TEXT("&Reset panels"), TEXT("Put all panels where they were at first"), "",
     ""},
    {Command::ToStart, TEXT("&Run"), TEXT("To the &start"), TEXT("End this run and begin again at zero"), "to_start",
     "Shift+F5"},
    {Command::Play, TEXT("&Run"), TEXT("&Play"), TEXT("Run, or pause"), "play", "F5; Pause"},
    {Command::StepEvent, TEXT("&Run"), TEXT("Next &event"), TEXT("Go on by one event"), "step_event", "F4"},
    {Command::StepNode, TEXT("&Run"), TEXT("Next event at the &node"),
     TEXT("Go on until something happens at the selected node"), "step_node", "Ctrl+F4"},
    {Command::StepSecond, TEXT("&Run"), TEXT("Next se&cond"), TEXT("Go on by one simulated second"), "step_second",
     "Shift+F4"},
    {Command::RunUntil, TEXT("&Run"), TEXT("Run &until…"), TEXT("Run as fast as possible to a time"), "run_until",
     "Ctrl+F5"},
    {Command::Slower, TEXT("&Run"), TEXT("S&lower"), TEXT("Simulate more slowly"), "", "["},
    {Command::Faster, TEXT("&Run"), TEXT("&Faster"), TEXT("Simulate faster"), "", "]"},
    {Command::ViewLive, TEXT("&Run"), TEXT("Show the &present"), TEXT("Leave the past and show the run as it is now"),
     "", "End"},
    {Command::RerunToHere, TEXT("&Run"), TEXT("Run again to &here"),
     TEXT("Run the edited scenario from the start to the present time"), "", "F6"},
    {Command::KeepLive, TEXT("&Run"), TEXT("&Keep what was done live"),
     TEXT("Write the changes of this run into the timeline, so that the scenario replays them"), "", ""},
    {Command::Explain, TEXT("&Analyze"), TEXT("What &broke?"),
     TEXT("Read the run backward: what broke first and what followed"), "", "Ctrl+B"},
    {Command::WhatIf, TEXT("&Analyze"), TEXT("What would have &prevented it?"),
     TEXT("Changes of the design, ranked by what they would have saved"), "", ""},
    {Command::Traces, TEXT("&Analyze"), TEXT("&Traces"), TEXT("Where single calls spent their time"), "", ""},
    {Command::Theory, TEXT("&Analyze"), TEXT("T&heory"), TEXT("What queueing theory says beside what was measured"), "", ""},
    {Command::Capacity, TEXT("&Analyze"), TEXT("&Capacity"), TEXT("How much load the design carries"), "", ""},
    {Command::Guide, TEXT("&Help"), TEXT("&What am I looking at?"), TEXT("Label the parts of the window"), "guide",
     "F1"},
    {Command::About, TEXT("&Help"), TEXT("&About Faultline"), TEXT("Version and licence"), "", ""},
};
#undef TEXT

static_assert(std::size(kRows) == static_cast<std::size_t>(Command::kCount));

// What begins a group in its menu.
constexpr Command kGroups[] = {Command::Save,    Command::Quit,        Command::Cut,       Command::SelectAll,
                               Command::QuickAdd, Command::Arrange,    Command::Minimap,   Command::ThemeSystem,
                               Command::Presenter, Command::Panels,    Command::StepEvent, Command::Slower,
                               Command::ViewLive};

QString translated(const char* text) { return QCoreApplication::translate("Actions", text); }

}  // namespace

Actions::Actions(QObject* parent) : QObject(parent) {
  auto* themes = new QActionGroup(this);
  for (const Row& row : kRows) {
    auto* action = new QAction(translated(row.text), this);
    action->setShortcuts(QKeySequence::listFromString(QLatin1String(row.keys)));
    QString tip = translated(row.help);
    if (!action->shortcut().isEmpty())
      tip += QStringLiteral(" (%1)").arg(action->shortcut().toString(QKeySequence::NativeText));
    action->setToolTip(tip);
    action->setStatusTip(translated(row.help));
    if (row.command >= Command::ThemeSystem && row.command <= Command::ThemeLight) {
      action->setCheckable(true);
      themes->addAction(action);
    }
    for (const Command shown : {Command::Presenter, Command::ShowSource, Command::Minimap})
      if (row.command == shown) action->setCheckable(true);
    actions_ << action;
  }
  refreshIcons();
  connect(&Theme::instance(), &Theme::changed, this, &Actions::refreshIcons);
}

void Actions::on(Command command, QObject* receiver, std::function<void()> run) {
  connect((*this)[command], &QAction::triggered, receiver, [run = std::move(run)] { run(); });
}

void Actions::fill(QMenuBar& bar) const {
  QMenu* menu = nullptr;
  const char* title = "";
  for (const Row& row : kRows) {
    if (std::string_view(title) != row.menu) {
      title = row.menu;
      menu = bar.addMenu(translated(title));
    }
    if (std::find(std::begin(kGroups), std::end(kGroups), row.command) != std::end(kGroups)) menu->addSeparator();
    menu->addAction((*this)[row.command]);
  }
}

void Actions::refreshIcons() {
  for (const Row& row : kRows)
    if (*row.icon) (*this)[row.command]->setIcon(Theme::instance().icon(QLatin1String(row.icon)));
}

}  // namespace faultline
