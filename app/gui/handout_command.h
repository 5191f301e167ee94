// File > Handout: the lesson of the open scenario as a PDF to print, with the answers of a run of its own.
//
// Thread safety: the window's thread; the run is on another one.
#pragma once

#include <QObject>
#include <memory>

class QWidget;

namespace faultline {

class Background;
class Document;
class LessonLanguage;

class HandoutCommand : public QObject {
  Q_OBJECT

 public:
  HandoutCommand(QWidget& window, Document& document, const LessonLanguage& language);
  ~HandoutCommand() override;

  // Asks where to.
  void save();
  // Written later; `finished` says when.
  void writeTo(const QString& path);
  // A lesson or a challenge, and nothing that cannot run.
  bool isPossible() const;

 Q_SIGNALS:
  // An empty text, or why there is no file.
  void finished(const QString& problem);

 private:
  QWidget& window_;
  Document& document_;
  const LessonLanguage& language_;
  std::unique_ptr<Background> background_;
};

}  // namespace faultline
