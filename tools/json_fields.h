// JSON fields: a key and its value in one call, as all our reports write them: text made printable,
// 64-bit numbers as strings.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocols/core/types.h"
#include "protocols/tracing/json.h"
#include "scenarios/text.h"

namespace tools {

class FieldWriter : public tracing::JsonWriter {
 public:
  void Text(std::string_view key, std::string_view value) {
    Key(key);
    String(scenarios::Printable(value));
  }
  void Whole(std::string_view key, std::uint64_t value) {
    Key(key);
    NumberAsString(value);
  }
  void Flag(std::string_view key, bool value) {
    Key(key);
    Bool(value);
  }
  // In nanoseconds.
  void Time(std::string_view key, core::Duration value) {
    Key(key);
    NumberAsString(value.count());
  }
};

}  // namespace tools
