// The pictures of the documents, taken of the window itself: `faultline-studio --pictures FOLDER`, which
// tools/screenshots calls under a display of its own.
#pragma once

#include <QString>

namespace faultline {

// Writes them into the folder, one after the other. False, with a line on standard error, when something is missing or
// cannot be written.
bool takePictures(const QString& folder);

}  // namespace faultline
