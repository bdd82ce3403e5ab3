// doctor: a program whose runs depend on its surroundings is found out, and the
// place where two of its runs part is named.
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scenarios/file.h"
#include "tests/harness/temporary_folder.h"
#include "tools/commands.h"
#include "tools/exit_code.h"
#include "tools/surroundings.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Doctor : public testing::Test {
 protected:
  Doctor() {
    options_.determinism = "quiet";
    options_.output.progress = false;
    options_.output.color = Color::kNever;
    options_.program = FAULTLINE_PROGRAM;
  }

  // The real program, but `commands` come first.
  void Bewitch(const std::string& commands) {
    options_.program = folder_.Path("faultline");
    ASSERT_TRUE(
        scenarios::WriteFile(options_.program, "#!/bin/sh\n" + commands + "\nexec " FAULTLINE_PROGRAM " \"$@\"\n")
            .ok());
    fs::permissions(options_.program, fs::perms::owner_all);
  }

  struct Result {
    int code;
    std::string out;
    std::string errors;
  };
  Result Examine() {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = DoctorCommand(options_);
    const std::string out = testing::internal::GetCapturedStdout();
    return {code, out, testing::internal::GetCapturedStderr()};
  }

  DoctorOptions options_;

 private:
  const harness::TemporaryFolder folder_;
};

TEST_F(Doctor, SaysWhatThisProgramIs) {
  options_.determinism = "";
  const Result result = Examine();
  EXPECT_EQ(result.code, kAsExpected);
  for (const char* fact :
       {"faultline     ", "compiler      ", "options       ", "packages      Abseil ", "machine       "})
    EXPECT_THAT(result.out, HasSubstr(fact));
}

TEST_F(Doctor, FindsNothingWhereNothingIs) {
  options_.seeds = SeedRange{1, 3};
  const Result result = Examine();
  EXPECT_EQ(result.code, kAsExpected) << result.errors;
  EXPECT_THAT(result.out, HasSubstr("plain · "));
  EXPECT_THAT(result.out, HasSubstr("3 runs each, 1 fingerprint  "));
  EXPECT_THAT(result.out, HasSubstr("  deterministic\n"));
}

TEST_F(Doctor, EachWayReallyChangesTheSurroundings) {
  Bewitch(R"(echo "$(cat /proc/self/personality) ${MALLOC_PERTURB_-}/${MALLOC_ARENA_MAX-} ${TZ-} $(env | wc -l) \
${PADDING+crowded} ${GLIBC_TUNABLES-} $PWD" >&2; echo '{"seed":"1","digest":"0"}'; exit 0)");
  const Result result = Examine();
  EXPECT_EQ(result.code, kAsExpected) << result.errors;
  std::vector<std::string> lines;
  std::istringstream errors(result.errors);
  for (std::string line; std::getline(errors, line);) lines.push_back(line);
  // Whatever was not allowed here did not run.
  EXPECT_GE(lines.size() + 1, Ways().size());
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_NE(lines[i], lines[0]) << Ways()[i].name;
}

// Under another locale and time zone its network is another one.
TEST_F(Doctor, NamesWhatDiffersAndWhere) {
  Bewitch("if [ \"${TZ-}\" = Pacific/Kiritimati ]; then set -- \"$@\" --set cluster.network.latency=7ms; fi");
  const Result result = Examine();
  EXPECT_EQ(result.code, kNotDeterministic);
  EXPECT_THAT(result.errors, HasSubstr("NOT DETERMINISTIC  quiet: plain, and locale and time zone\n  seed "));
  EXPECT_THAT(result.errors, HasSubstr("\n  first difference at event "));
  EXPECT_THAT(result.out, HasSubstr("NOT DETERMINISTIC: locale and time zone\n"));
}

TEST_F(Doctor, AChildThatDiesInOneWayDiffers) {
  Bewitch("if [ \"${PADDING+x}\" ]; then kill -9 $$; fi");
  const Result result = Examine();
  EXPECT_EQ(result.code, kNotDeterministic);
  EXPECT_THAT(result.errors, HasSubstr("plain, and crowded environment\n  exit status 0 and 137\n"));
}

TEST_F(Doctor, AgreementOnNothingIsNoAgreement) {
  Bewitch("exit 0");
  EXPECT_EQ(Examine().code, kInternalError);
  Bewitch("exit 3");
  EXPECT_EQ(Examine().code, kCouldNotRun);
}

}  // namespace
}  // namespace tools
