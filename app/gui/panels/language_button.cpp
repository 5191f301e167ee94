#include "gui/panels/language_button.h"

#include <QActionGroup>
#include <QMenu>

#include "gui/models/lesson_language.h"

namespace faultline {

LanguageButton::LanguageButton(LessonLanguage& language, QWidget* parent) : QToolButton(parent), language_(language) {
  setObjectName(QStringLiteral("chip"));
  setAccessibleName(tr("Language of the lessons"));
  setToolTip(tr("The language of stories, lessons and hints. The scenario itself stays as it is."));
  setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(this);
  auto* group = new QActionGroup(menu);
  for (const QString& code : language.offered()) {
    QAction* action = menu->addAction(LessonLanguage::nameOf(code));
    action->setCheckable(true);
    action->setData(code);
    group->addAction(action);
    connect(action, &QAction::triggered, this, [this, code] { language_.choose(code); });
  }
  setMenu(menu);
  connect(&language, &LessonLanguage::changed, this, &LanguageButton::refresh);
  setVisible(language.offered().size() > 1);
  refresh();
}

void LanguageButton::refresh() {
  setText(LessonLanguage::nameOf(language_.code()));
  for (QAction* action : menu()->actions()) action->setChecked(action->data().toString() == language_.code());
}

}  // namespace faultline
