// One leader followed: when the run ends, all members of the healed core have taken the same node
// for the leader of the same epoch since the run was closing.
//
// Not necessarily at the very end: an election may be under way there. By then whoever has no leader
// has had a fifth of the time of settling to find one.
#include <algorithm>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct OneLeaderFollowed {
  struct Followed {
    core::Epoch epoch;
    core::NodeId leader{};
    bool operator==(const Followed&) const = default;
  };
  // By node: the last one, none if it has entered another epoch or crashed since. Once the run
  // is closing, all of them.
  ByNode<core::List<Followed>> followed;
  core::List<core::NodeId> core;
  bool closing{};

  Ruling On(core::NodeId node, const facts::LeaderFollowed& f) {
    if (!closing) followed[node].clear();
    followed[node].push_back({f.epoch, f.leader});
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::EpochEntered&) { return Leave(node); }
  Ruling On(core::NodeId node, const facts::Crashed&) { return Leave(node); }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Closing&) {
    closing = true;
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd(const LogViews& logs) {
    std::vector<Ruling> rulings;
    std::erase_if(core, [&](core::NodeId node) { return !logs.IsMember(node); });  // nobody leads these
    if (core.empty()) return rulings;
    const core::List<Followed> candidates = followed[core.front()];
    const bool agreed = std::any_of(candidates.begin(), candidates.end(), [&](const Followed& candidate) {
      return std::all_of(core.begin(), core.end(), [&](core::NodeId node) {
        const core::List<Followed>& its = followed[node];
        return std::find(its.begin(), its.end(), candidate) != its.end();
      });
    });
    rulings.push_back(agreed ? Ruling::Fine() : Ruling::Broken("no leader was followed by all:" + Describe()));
    return rulings;
  }

 private:
  Ruling Leave(core::NodeId node) {
    if (!closing) followed[node].clear();
    return Ruling::Noted();
  }
  std::string Describe() {
    std::string text;
    for (const core::NodeId node : core) {
      text += " " + core::Text(node) + " followed";
      if (followed[node].empty()) text += " nobody";
      for (const Followed& it : followed[node]) text += " " + core::Text(it.leader) + " of " + core::Text(it.epoch);
      text += node == core.back() ? "" : ",";
    }
    return text;
  }
};

void Tell(Story& story, std::uint32_t leader) {
  for (std::uint32_t node : {0u, 1u}) story(node, facts::InCore{});
  story(0, facts::LeaderFollowed{{2}, core::NodeId{0}});
  story(0, facts::Closing{});
  story(1, facts::LeaderFollowed{{2}, core::NodeId{leader}});
  story.AtEnd();
}
void Accepted(Story& story) { Tell(story, 0); }
void Rejected(Story& story) { Tell(story, 1); }
REGISTER_INVARIANT("one-leader-followed", OneLeaderFollowed,
                   "at the end all members of the healed core have followed one leader of one epoch",
                   "Raft, §5.2 and §5.6 (availability under the timing requirement)", facts::LeaderFollowed,
                   facts::EpochEntered, facts::Crashed, facts::InCore, facts::Closing);

}  // namespace
}  // namespace invariants
