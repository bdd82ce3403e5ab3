// A judgement is the same on every machine, compiler and option, down to the words: what the
// checkers say of some thousand histories has one fingerprint, which stands here.
#include <string>

#include "gtest/gtest.h"
#include "invariants/consistency/check.h"
#include "protocols/core/fingerprint.h"
#include "tests/consistency/random_history.h"

namespace consistency {
namespace {

void Absorb(const Judgement& judgement, core::Fingerprint& fingerprint) {
  fingerprint.Mix(static_cast<std::uint64_t>(judgement.verdict));
  fingerprint.Mix(judgement.judged);
  fingerprint.Mix(judgement.steps);
  fingerprint.MixBytes(judgement.reason);
  if (!judgement.counterexample) return;
  for (const std::uint32_t operation : judgement.counterexample->operations) fingerprint.Mix(operation);
  for (const std::string& sentence : judgement.counterexample->sentences) fingerprint.MixBytes(sentence);
}

std::string JudgeAll() {
  core::Fingerprint fingerprint;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    for (const Model& model : Models()) {
      for (const bool zones : {true, false}) {
        const History history = RandomHistory(model.kind, seed, {.unique_values = seed % 2 == 0});
        Absorb(Check(history, model, Consistency::kLinearizable, {.zones = zones}), fingerprint);
      }
    }
    const History history = RandomHistory(ModelKind::kRegister, seed, {.unique_values = true});
    for (const ConsistencyName& each : Consistencies()) {
      Absorb(Check(history, *FindModel("register"), each.consistency), fingerprint);
    }
  }
  return core::ToHex(fingerprint.Finished());
}

TEST(Judgements, AreTheSameEverywhere) {
  const std::string once = JudgeAll();
  EXPECT_EQ(once, JudgeAll());
  // Whoever changes what is said, or in which order it is found, writes the new one down.
  EXPECT_EQ(once, "8ebd9921ad4c4a0446990f4c15655788");
}

}  // namespace
}  // namespace consistency
