// The form of the inspector: a row for each parameter of what it is told to show, made from the descriptors.
//
// It follows the document. Rows that stay the same keep their widgets, so that neither the keyboard nor what is being
// typed is lost when something else changes. New rows are built a few at a time between events: all of them at once kept
// the pointer waiting. Every entry is one edit of the document; typing on in one parameter merges.
#pragma once

#include <QPointer>
#include <QScrollArea>
#include <QTimer>
#include <set>
#include <vector>

#include "gui/models/param_rows.h"

class QVBoxLayout;

namespace faultline {

class Document;
class ParamRowWidget;
class RunBridge;

class ParamForm : public QScrollArea {
  Q_OBJECT

 public:
  ParamForm(Document& document, RunBridge& run, QWidget* parent = nullptr);

  void setSections(std::vector<ParamSection> sections);
  // Stands below all rows.
  void setFooter(QWidget* footer);
  // Both build first what is not there yet.
  const std::vector<ParamRowWidget*>& rows();
  ParamRowWidget* row(const std::string& path, int section = 0);
  // Opens or closes a heading; groups and rows of tables are open until they are closed.
  void setOpen(const ParamRow& row, bool open);

 Q_SIGNALS:
  // The row that help is wanted for.
  void rowPointedAt(const faultline::ParamRow& row);
  // The heading of this section asks to be removed.
  void sectionRemovalWanted(const faultline::ParamSubject& subject);

 private:
  void refresh(bool afresh);
  void build(double patienceMs);
  void drop(ParamRowWidget& widget);
  ParamRowWidget* make(const ParamRow& row);
  void follow(ParamRowWidget& widget);
  bool apply(ParamRowWidget& widget, const QString& label, const Edit& edit, bool merges = false);
  void showStoredProblems();
  void watchFocus(QWidget* now);
  bool isRunning() const;
  const ParamSubject& subjectOf(const ParamRow& row) const {
    return sections_[static_cast<std::size_t>(row.section)].subject;
  }
  QString nameOf(const ParamSubject& subject) const;

  Document& document_;
  RunBridge& run_;
  std::vector<ParamSection> sections_;
  std::set<std::string> closed_;
  std::vector<ParamRow> wanted_;
  std::vector<ParamRowWidget*> rows_;  // of those that are wanted; null where it is still to be built
  std::size_t built_ = 0;              // rows before this one are there
  QTimer building_;
  QVBoxLayout* layout_;
  bool wasRunning_ = false;
};

}  // namespace faultline
