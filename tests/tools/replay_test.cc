// Replay of what does not go wrong under its own seed any more, as after a change of the code that draws otherwise.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/seed_file.h"
#include "tests/harness/program.h"
#include "tests/harness/temporary_folder.h"
#include "tests/tools/found.h"
#include "tools/exit_code.h"

namespace tools {
namespace {

using harness::Faultline;
using scenarios::SeedFile;
using testing::HasSubstr;

// The same faults and requests, under the next seed that is violated, or is not.
SeedFile UnderAnotherSeed(const SeedFile& file, bool violated) {
  SeedFile other = file;
  for (std::uint64_t seed = std::stoull(file.seed()) + 1;; ++seed) {
    other.set_seed(std::to_string(seed));
    if (Recorded(other, "0.1.0")->expected().monitor().empty() != violated) return other;
  }
}

TEST(Replay, LooksUnderOtherSeedsBeforeItSaysFixed) {
  const harness::TemporaryFolder folder;
  const std::string path = folder.Path("small.seed");
  const SeedFile other = UnderAnotherSeed(SmallCause(), false);  // but expected to be violated
  ASSERT_TRUE(scenarios::SaveSeedFile(path, other).ok());
  const harness::Result replayed = Faultline("replay " + path);
  EXPECT_EQ(replayed.code, kUnexpected);
  EXPECT_THAT(replayed.out, HasSubstr("DIVERGED"));
  EXPECT_THAT(replayed.out, HasSubstr("violated acknowledged-is-durable as recorded, by another path: seed "));
  EXPECT_EQ(Faultline("replay --expect violated " + path).code, kAsExpected);
  EXPECT_EQ(Faultline("replay --expect holds " + path).code, kUnexpected);
  EXPECT_EQ(Faultline("replay --bisect " + path).code, kUnexpected);
}

TEST(Replay, SaysFixedIfNoSeedIsViolated) {
  const harness::TemporaryFolder folder;
  const std::string path = folder.Path("small.seed");
  SeedFile fixed = SmallCause();
  fixed.mutable_scenario()->mutable_cluster()->mutable_disk()->set_no_sync(false);  // the bug is gone
  ASSERT_TRUE(scenarios::SaveSeedFile(path, fixed).ok());
  const harness::Result replayed = Faultline("replay " + path);
  EXPECT_EQ(replayed.code, kUnexpected);
  EXPECT_THAT(replayed.out, HasSubstr("FIXED"));
  EXPECT_EQ(Faultline("replay --expect holds " + path).code, kAsExpected);
  EXPECT_EQ(Faultline("replay --bisect " + path).code, kAsExpected);
}

}  // namespace
}  // namespace tools
