#include "protocols/core/wire.h"

namespace core {

void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

std::uint64_t WireReader::Varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest.empty()) break;
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    // The tenth byte has room for one bit.
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return ok ? value : 0;
  }
  ok = false;
  rest = {};
  return 0;
}

std::string_view WireReader::Bytes(std::uint64_t size) {
  if (!ok || size > rest.size()) {
    ok = false;
    return {};
  }
  const std::string_view bytes = rest.substr(0, size);
  rest.remove_prefix(size);
  return bytes;
}

std::uint64_t WireReader::Length() {
  const std::uint64_t length = Varint();
  if (length > rest.size()) ok = false;
  return ok ? length : 0;
}

}  // namespace core
