// Membership change: a log holds at most one membership that is not committed, and every majority of
// the membership before a change meets every one of that after it.
//
// Committed: somebody has said so, or a majority of those who vote by that membership has it on
// disk, since a leader's word may wait for its own disk while followers have the next one already.
// A log that is cut goes back to a membership that it has had, and a snapshot leaves some out: neither is a change.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/quorum.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

// Whether every majority of the voters `one` meets every majority of `other`; `beyond` more vote in both.
bool MajoritiesMeet(std::uint64_t one, std::uint64_t other, std::uint32_t beyond) {
  const auto count = [](std::uint64_t set) { return static_cast<std::uint32_t>(std::popcount(set)); };
  const std::uint32_t only_one = count(one & ~other), only_other = count(other & ~one);
  const std::uint32_t both = count(one & other) + beyond;
  // Two that miss each other take of those who vote in both as few as they can, and there are enough of these.
  const auto lacks = [](std::uint32_t majority, std::uint32_t have) { return majority > have ? majority - have : 0; };
  return lacks(core::Majority(only_one + both), only_one) + lacks(core::Majority(only_other + both), only_other) > both;
}
// In between an old and a new one, a majority of each is needed: one that meets is enough.
bool AlwaysMeet(const core::Membership& a, const core::Membership& b) {
  const std::uint32_t beyond = std::min(a.beyond, b.beyond);
  return MajoritiesMeet(a.old_voters, b.old_voters, beyond) || MajoritiesMeet(a.old_voters, b.new_voters, beyond) ||
         MajoritiesMeet(a.new_voters, b.old_voters, beyond) || MajoritiesMeet(a.new_voters, b.new_voters, beyond);
}

struct MembershipChange {
  struct Current {
    core::Index index;
    std::uint64_t chain{};                       // of the log up to there
    std::optional<core::Membership> membership;  // none: nothing was told
  };
  ByNode<Current> nodes;
  std::optional<core::Membership> first;  // by configuration, of whoever told first

  Ruling On(core::NodeId node, const facts::MembershipAdopted& f, const LogViews& logs) {
    const LogView& log = logs[node];
    const Current before = nodes[node];
    const LogView& says = f.index.value <= log.size() ? log : logs.committed();  // a snapshot may be ahead of the log
    nodes[node] = {f.index, f.index.value <= says.size() ? says.ChainAt(f.index) : 0, f.membership};
    if (f.index.value == 0) return JudgeFirst(node, f.membership);
    const bool follows = before.membership && before.index < f.index && f.index.value == log.size() &&
                         f.index > log.base && log.Holds(before.index, before.chain);
    return follows ? JudgeChange(node, before, f, logs) : Ruling::Noted();
  }

 private:
  // Nodes that are configured differently must not elect two leaders at once.
  Ruling JudgeFirst(core::NodeId node, const core::Membership& membership) {
    if (!first) first = membership;
    if (AlwaysMeet(*first, membership)) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " begins with the members " + core::Text(membership) +
                          ", another node with " + core::Text(*first) + ": some majorities do not meet");
  }
  static Ruling JudgeChange(core::NodeId node, const Current& before, const facts::MembershipAdopted& f,
                            const LogViews& logs) {
    const core::Membership& old = *before.membership;
    const auto holds = [&](core::NodeId other) { return logs[other].Holds(before.index, before.chain); };
    if (!logs.committed().Holds(before.index, before.chain) && !old.HasMajority(holds)) {
      return Ruling::Broken(core::Text(node) + " changes the members again at " + core::Text(f.index) +
                            ", before the change at " + core::Text(before.index) + " is committed");
    }
    if (AlwaysMeet(old, f.membership)) return Ruling::Fine(2);
    return Ruling::Broken(core::Text(node) + " goes from the members " + core::Text(old) + " to " +
                          core::Text(f.membership) + " at " + core::Text(f.index) + ": some majorities do not meet");
  }
};

// n0 goes from three voters to these, at its first entry.
void TellChange(Story& story, const core::Membership& to) {
  for (std::uint32_t node = 0; node < 3; ++node) story(node, facts::MembershipAdopted{{}, core::Membership::Of(3, 3)});
  story(0, facts::EntryAppended{{1}, {1}, {7, 7}});
  story(0, facts::MembershipAdopted{{1}, to});
}
void Accepted(Story& story) { TellChange(story, core::Membership::Of(4, 4)); }
void Rejected(Story& story) { TellChange(story, {0b11001, 0b11001, 0, 0}); }
REGISTER_INVARIANT("membership-change", MembershipChange,
                   "a log has at most one membership that is not committed, and old majorities meet new ones",
                   "Raft, §6; Ongaro's thesis, §4.1; Ongaro, Bug in single-server membership changes",
                   facts::MembershipAdopted);

}  // namespace
}  // namespace invariants
