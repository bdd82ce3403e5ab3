#include "protocols/core/fingerprint.h"

#include <cstring>

namespace core {
namespace {

// Little-endian whatever the machine: the loop compiles to one load where it can.
std::uint64_t LoadLittleEndian(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return word;
}

}  // namespace

void Fingerprint::MixBytes(std::string_view bytes) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) Mix(LoadLittleEndian(bytes.data() + at, 8));
  if (at < bytes.size()) Mix(LoadLittleEndian(bytes.data() + at, bytes.size() - at));
  Mix(bytes.size());
}

std::string ToHex(const Fingerprint& fingerprint) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::uint64_t half : {fingerprint.high, fingerprint.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += kDigits[(half >> shift) & 15];
  }
  return hex;
}

}  // namespace core
