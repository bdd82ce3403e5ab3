// Words: sentences put together from pieces.
#pragma once

#include <string>

#include "invariants/consistency/history.h"
#include "protocols/core/text.h"

namespace consistency {

template <class... Pieces>
std::string Words(const Pieces&... pieces) {
  std::string text;
  (core::AppendText(text, pieces), ...);
  return text;
}

// "read x gave 1 (line 7)"
inline std::string Name(const History& history, const Operation& operation) {
  return Words(Text(history, operation), " (line ", operation.line, ")");
}

}  // namespace consistency
