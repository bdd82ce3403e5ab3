#include "protocols/core/text.h"

namespace core {

void AppendDuration(std::string& out, Duration duration) {
  // Unsigned: the least duration has no opposite.
  auto nanos = static_cast<std::uint64_t>(duration.count());
  if (duration.count() < 0) {
    out += '-';
    nanos = 0 - nanos;
  }
  out += std::to_string(nanos / 1'000'000'000);
  std::string micros = std::to_string(nanos / 1'000 % 1'000'000);
  out += '.';
  out.append(6 - micros.size(), '0');
  out += micros;
  out += 's';
}

}  // namespace core
