// Values as they are typed and read in the inspector: as files write them, texts without quotes.
//
// Thread safety: pure functions.
#pragma once

#include <QString>

#include "base/quantity.h"
#include "model/descriptor.h"

namespace faultline {

QString editText(const ParamInfo& info, const Value& value);
// Words with commas between them; empty for a value that is no list.
QString listText(const Value& value);

Parsed<Value> parseEditText(const ParamInfo& info, const QString& text);

// A quantity so many steps farther, within its range. A step is one in the second digit.
Value stepped(const ParamInfo& info, const Value& value, int steps);

}  // namespace faultline
