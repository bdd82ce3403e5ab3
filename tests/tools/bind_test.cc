// The parameters of protocols, from text and to text.
#include "tools/bind.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "protocols/consensus/raft.h"

namespace tools::internal {
namespace {

enum class Colour : std::uint8_t { kRed, kDarkGreen, kBlue };

TEST(Parameters, AnEnumerationIsOneOfItsWords) {
  for (const Colour colour : {Colour::kRed, Colour::kDarkGreen, Colour::kBlue}) {
    Colour read{};
    EXPECT_TRUE(ParseInto(Format(colour), read).ok()) << Format(colour);
    EXPECT_EQ(read, colour);
  }
  EXPECT_EQ(Format(Colour::kDarkGreen), "dark_green");
}

TEST(Parameters, AnotherWordIsAnsweredWithTheChoices) {
  Colour colour = Colour::kBlue;
  EXPECT_EQ(ParseInto("dark_gren", colour).message(),
            "want one of red, dark_green, blue, got \"dark_gren\"; did you mean \"dark_green\"?");
  EXPECT_EQ(ParseInto("", colour).message(), "want one of red, dark_green, blue, got \"\"");
  EXPECT_EQ(ParseInto("1", colour).message(), "want one of red, dark_green, blue, got \"1\"");
  EXPECT_EQ(ParseInto("Red", colour).message(),
            "want one of red, dark_green, blue, got \"Red\"; did you mean \"red\"?");
  EXPECT_EQ(colour, Colour::kBlue) << "a mistake changes nothing";
}

// A swarm judges every run by the same rules.
TEST(Parameters, NoSeedDrawsAWeakerRead) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::uint64_t draws = seed;
    const auto drawn = DrawParameters<raft::Config>(std::chrono::milliseconds(10), [&](std::uint64_t bound) {
      return (draws = draws * 6364136223846793005 + 1442695040888963407) % bound;
    });
    bool found = false;
    for (const core::Parameter& parameter : drawn) {
      found |= parameter == core::Parameter{"reads", "strong"} || parameter == core::Parameter{"reads", "index"};
    }
    EXPECT_TRUE(found);
  }
}

}  // namespace
}  // namespace tools::internal
