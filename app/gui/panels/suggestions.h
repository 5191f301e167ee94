// A list of texts that a line of input offers while somebody writes in it.
#pragma once

#include <functional>
#include <string>
#include <vector>

class QLineEdit;

namespace faultline {

// `ask` is called each time that the keyboard comes to the line.
void offerSuggestions(QLineEdit& line, std::function<std::vector<std::string>()> ask);

}  // namespace faultline
