// Round trip: what was read is printed and read again, to the same text.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

namespace fuzzers {

// `read` answers with a value or an error, which is as good.
template <class Read, class Print>
void RoundTrip(std::string_view text, Read&& read, Print&& print) {
  const auto value = read(text);
  if (!value.ok()) return;
  const std::string printed = print(*value);
  const auto again = read(printed);
  if (!again.ok() || print(*again) != printed) std::abort();
}

}  // namespace fuzzers
