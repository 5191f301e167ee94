// The handout of a lesson as a PDF: the page of teaching/handout on A4, with the drawing as a picture.
#pragma once

#include <QString>
#include <string>

namespace faultline {

// `page` is what handoutHtml made. An empty text, or why the file cannot be written.
QString writeHandoutPdf(const std::string& page, const QString& path);

}  // namespace faultline
