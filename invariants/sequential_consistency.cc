// Sequential consistency: one order of all requests, in which each client's stand as it made them
// and every answer is right, explains the whole run. Its real time may be another.
//
// Judged at the end, since what an answer allows may depend on what others did much later; the
// history is kept until then. Takes part where that much is promised and not more: where more is,
// `linearizability` says it sooner.
#include "absl/strings/str_join.h"
#include "invariants/consistency/check.h"
#include "invariants/consistency/client_history.h"
#include "invariants/invariant.h"

namespace invariants {
namespace {

struct SequentialConsistency {
  consistency::ClientHistory clients;

  Ruling On(core::NodeId, const facts::SequentialConsistencyPromised&) { return Ruling::Noted(); }
  Ruling On(core::NodeId, const facts::Invoked& f) { return Note(f); }
  Ruling On(core::NodeId, const facts::Returned& f) { return Note(f); }
  Ruling On(core::NodeId, const facts::Abandoned& f) { return Note(f); }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    rulings.push_back(Judge());
    return rulings;
  }

 private:
  template <class Fact>
  Ruling Note(const Fact& f) {
    clients.On(f);
    return Ruling::Noted();
  }

  Ruling Judge() const {
    const consistency::Model& model = *consistency::FindModel("register");
    const consistency::Judgement judgement =
        consistency::Check(clients.history(), model, consistency::Consistency::kSequential);
    if (judgement.verdict == consistency::Verdict::kHolds)
      return Ruling::Fine(static_cast<std::uint32_t>(judgement.judged));
    if (judgement.verdict == consistency::Verdict::kInconclusive) return Ruling::Undecided(judgement.reason);
    return Ruling::Broken(absl::StrJoin(judgement.counterexample->sentences, "; "));
  }
};

// c0 writes 7; c1 reads it, and reads again.
void Tell(Story& story, std::optional<std::uint64_t> first, std::optional<std::uint64_t> second) {
  const auto tell = [&](std::uint32_t client, std::uint64_t sequence, facts::Operation function,
                        std::optional<std::uint64_t> value) {
    const core::RequestId request{core::ClientId{client}, sequence};
    story(5 + client, facts::Invoked{.request = request, .function = function, .key = 3, .value = value.value_or(0)});
    story(5 + client, facts::Returned{request, value, {}, {}, {}});
  };
  tell(0, 1, facts::Operation::kWrite, 7);
  tell(1, 1, facts::Operation::kRead, first);
  tell(1, 2, facts::Operation::kRead, second);
  story.AtEnd();
}
void Accepted(Story& story) { Tell(story, std::nullopt, 7); }  // late, but in order
void Rejected(Story& story) { Tell(story, 7, std::nullopt); }
REGISTER_INVARIANT("sequential-consistency", SequentialConsistency,
                   "clients are answered as if all requests happened in one order that keeps each client's own",
                   "Lamport, How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs",
                   facts::SequentialConsistencyPromised, facts::Invoked, facts::Returned, facts::Abandoned);

}  // namespace
}  // namespace invariants
