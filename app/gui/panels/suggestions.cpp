#include "gui/panels/suggestions.h"

#include <QCompleter>
#include <QEvent>
#include <QLineEdit>
#include <QStringListModel>

namespace faultline {

namespace {

constexpr int kMostRows = 12;

class Suggestions : public QCompleter {
 public:
  Suggestions(QLineEdit& line, std::function<std::vector<std::string>()> ask)
      : QCompleter(&line), texts_(new QStringListModel(this)), ask_(std::move(ask)) {
    setModel(texts_);
    setFilterMode(Qt::MatchContains);
    setCaseSensitivity(Qt::CaseInsensitive);
    setMaxVisibleItems(kMostRows);
    line.setCompleter(this);
  }

  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == widget() && event->type() == QEvent::FocusIn) {
      QStringList texts;
      for (const std::string& text : ask_()) texts << QString::fromStdString(text);
      texts_->setStringList(texts);
    }
    return QCompleter::eventFilter(watched, event);
  }

 private:
  QStringListModel* texts_;
  std::function<std::vector<std::string>()> ask_;
};

}  // namespace

void offerSuggestions(QLineEdit& line, std::function<std::vector<std::string>()> ask) {
  new Suggestions(line, std::move(ask));
}

}  // namespace faultline
