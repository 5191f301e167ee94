// The table of every command: what menus, tool bars, shortcuts and a search of commands are made of.
//
// A command is one row in actions.cpp and one enumerator here; what it does is connected where the means are (`on`).
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QObject>
#include <functional>

class QMenu;
class QMenuBar;

namespace faultline {

enum class Command {
  New,
  Open,
  OpenRecent,
  Gallery,
  Save,
  SaveAs,
  Handout,
  Quit,
  Undo,
  Redo,
  Cut,
  Copy,
  Paste,
  Duplicate,
  Delete,
  SelectAll,
  QuickAdd,
  Rename,
  Connect,
  Group,
  Ungroup,
  AddNote,
  Arrange,
  ZoomIn,
  ZoomOut,
  ZoomActual,
  FitAll,
  FitSelection,
  Minimap,
  ThemeSystem,
  ThemeDark,
  ThemeLight,
  Presenter,
  ShowSource,
  Workshop,
  Panels,
  ResetPanels,
  ToStart,
  Play,
  StepEvent,
  StepNode,
  StepSecond,
  RunUntil,
  Slower,
  Faster,
  ViewLive,
  RerunToHere,
  KeepLive,
  Explain,
  WhatIf,
  Traces,
  Theory,
  Capacity,
  Guide,
  About,
  kCount,
};

class Actions : public QObject {
  Q_OBJECT

 public:
  explicit Actions(QObject* parent = nullptr);

  QAction* operator[](Command command) const { return actions_[static_cast<int>(command)]; }
  // What the command does.
  void on(Command command, QObject* receiver, std::function<void()> run);
  // Menus in the order of the table.
  void fill(QMenuBar& bar) const;
  const QList<QAction*>& all() const { return actions_; }
  // Icons for the present theme.
  void refreshIcons();

 private:
  QList<QAction*> actions_;
};

}  // namespace faultline
