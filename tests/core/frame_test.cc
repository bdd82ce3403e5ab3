// A frame refuses damage: what CRC-32C promises, and that a frame keeps it.
#include "protocols/core/frame.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace core {
namespace {

using Value = std::pair<std::uint64_t, std::string>;

std::string FrameOf(const Value& value) {
  std::string frame;
  WriteFrame(frame, value);
  return frame;
}

void Flip(std::string& bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1u << bit % 8));
}

// RFC 3720, appendix B.4, and the check value of the catalogues.
TEST(Frame, TheChecksumIsCrc32c) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
}

RC_GTEST_PROP(Frame, WhatWasWrittenReadsBack, (const std::uint64_t& number, const std::string& text)) {
  Value read;
  RC_ASSERT(ReadFrame(FrameOf({number, text}), read));
  RC_ASSERT(read == Value(number, text));
}

// Every pair of bits of a short frame, one bit being the pair with itself.
TEST(Frame, OneFlippedBitOrTwoAreRefused) {
  const std::string frame = FrameOf({300, "hello"});
  Value read;
  for (std::size_t one = 0; one < 8 * frame.size(); ++one) {
    for (std::size_t other = one; other < 8 * frame.size(); ++other) {
      std::string damaged = frame;
      Flip(damaged, one);
      if (other != one) Flip(damaged, other);
      EXPECT_FALSE(ReadFrame(damaged, read)) << one << ", " << other;
    }
  }
}

RC_GTEST_PROP(Frame, ThreeFlippedBitsAreRefused, (const std::string& text)) {
  std::string damaged = FrameOf({1, text});
  const std::size_t bits = 8 * damaged.size();
  const auto a = *rc::gen::inRange<std::size_t>(0, bits), b = *rc::gen::inRange<std::size_t>(0, bits);
  const auto c = *rc::gen::inRange<std::size_t>(0, bits);
  RC_PRE(a != b && b != c && a != c);
  for (const std::size_t bit : {a, b, c}) Flip(damaged, bit);
  Value read;
  RC_ASSERT(!ReadFrame(damaged, read));
}

RC_GTEST_PROP(Frame, ABurstOfUpTo32BitsIsRefused, (const std::string& text)) {
  const std::string frame = FrameOf({1, text});
  const auto pattern = *rc::gen::nonZero<std::uint32_t>();
  const auto begin = *rc::gen::inRange<std::size_t>(0, 8 * frame.size() - 31);
  std::string damaged = frame;
  for (std::size_t bit = 0; bit < 32; ++bit) {
    if ((pattern >> bit & 1) != 0) Flip(damaged, begin + bit);
  }
  Value read;
  RC_ASSERT(!ReadFrame(damaged, read));
}

TEST(Frame, WhatIsCutShortIsRefused) {
  const std::string frame = FrameOf({300, "hello"});
  Value read;
  for (std::size_t size = 0; size < frame.size(); ++size) EXPECT_FALSE(ReadFrame(frame.substr(0, size), read));
}

}  // namespace
}  // namespace core
