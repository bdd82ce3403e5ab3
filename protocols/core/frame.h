// Frame: a value's wire bytes and their checksum, as they would stand on a wire.
//
// The checksum is CRC-32C (Castagnoli, Bräuer and Herrmann, "Optimization of Cyclic
// Redundancy-Check Codes", 1993; RFC 3720, appendix B.4 has its test vectors). It
// comes last, its lowest byte first, so that a frame is one word of the code and
// these are always refused: up to three flipped bits in frames below 2^31 bits, and
// any burst of at most 32 bits, counted from the lowest bit of each byte. Of other
// damage one part in 2^32 passes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/core/wire.h"

namespace core {

std::uint32_t Crc32c(std::string_view bytes);

// Ends a frame that begins with these bytes.
void AppendChecksum(std::string& bytes);
// Takes the checksum off the end. False: it is not that of the bytes before it.
bool RemoveChecksum(std::string_view& frame);

template <class T>
void WriteFrame(std::string& frame, const T& value) {
  frame.clear();
  AppendWire(frame, value);
  AppendChecksum(frame);
}

// False if the checksum is wrong, or if the bytes are not exactly one value of this type.
template <class T>
bool ReadFrame(std::string_view frame, T& value) {
  return RemoveChecksum(frame) && FromWire(frame, value);
}

}  // namespace core
