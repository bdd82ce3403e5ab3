#include "protocols/core/text.h"

namespace core {

void AppendDuration(std::string& out, Duration duration) {
  std::int64_t nanos = duration.count();
  if (nanos < 0) {
    out += '-';
    nanos = -nanos;
  }
  out += std::to_string(nanos / 1'000'000'000);
  std::string micros = std::to_string(nanos / 1'000 % 1'000'000);
  out += '.';
  out.append(6 - micros.size(), '0');
  out += micros;
  out += 's';
}

}  // namespace core
