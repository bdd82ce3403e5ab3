#include "protocols/core/frame.h"

#include <array>

namespace core {
namespace {

constexpr std::size_t kChecksumBytes = 4;

// What each byte adds, lowest bit first: 0x1EDC6F41 reversed.
constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1) != 0 ? rest >> 1 ^ 0x82F63B78 : rest >> 1;
    table[byte] = rest;
  }
  return table;
}();

}  // namespace

std::uint32_t Crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

void AppendChecksum(std::string& bytes) {
  const std::uint32_t crc = Crc32c(bytes);
  for (std::size_t i = 0; i < kChecksumBytes; ++i) bytes += static_cast<char>(crc >> 8 * i & 0xFF);
}

bool RemoveChecksum(std::string_view& frame) {
  if (frame.size() < kChecksumBytes) return false;
  const std::string_view content = frame.substr(0, frame.size() - kChecksumBytes);
  std::uint32_t told = 0;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    told |= std::uint32_t{static_cast<unsigned char>(frame[content.size() + i])} << 8 * i;
  }
  if (told != Crc32c(content)) return false;
  frame = content;
  return true;
}

}  // namespace core
