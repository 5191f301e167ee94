#include "gui/models/problem_text.h"

namespace faultline {

QString firstProblem(const Diagnostics& problems) {
  QString text = QString::fromStdString(problems.front().message);
  if (!problems.front().hint.empty())
    text += QStringLiteral(" (%1)").arg(QString::fromStdString(problems.front().hint));
  return text;
}

}  // namespace faultline
