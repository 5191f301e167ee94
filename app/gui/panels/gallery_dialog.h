// The library of scenarios to choose from: by group, by search, by what is in them; a click or Enter opens one.
#pragma once

#include <QDialog>

#include "gui/models/gallery_model.h"
#include "gui/panels/gallery_delegate.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QListWidget;

namespace faultline {

class GalleryDialog : public QDialog {
  Q_OBJECT

 public:
  GalleryDialog(GalleryModel& model, ThumbnailPainter thumbnail, LessonLanguage& language, QWidget* parent = nullptr);

  QLineEdit& search() { return *search_; }
  QListView& list() { return *list_; }
  QListWidget& groups() { return *groups_; }
  QComboBox& kinds() { return *kinds_; }
  QComboBox& sources() { return *sources_; }
  QComboBox& lengths() { return *lengths_; }
  GalleryFilter& filter() { return *filter_; }

  // Shows it over its window, with the first scenario selected.
  void present();

 Q_SIGNALS:
  // The path of a scenario file.
  void chosen(const QString& path);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void build();
  void restyle();
  void fillChoices();
  void showState();
  void applyWish();
  void fitCards();
  void selectFirst();
  void choose(const QModelIndex& index);

  GalleryModel& model_;
  LessonLanguage& language_;
  GalleryFilter* filter_;
  GalleryDelegate* delegate_;
  QLineEdit* search_;
  QListView* list_;
  QListWidget* groups_;
  QComboBox *kinds_, *sources_, *lengths_;
  QLabel *heading_, *state_, *none_;
};

}  // namespace faultline
