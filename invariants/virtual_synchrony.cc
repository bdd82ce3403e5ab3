// Virtual synchrony: nodes that go from one view to the next together have executed the same updates in the first.
//
// A sum over the names of what a node has executed since it installed its view stands for them: it does not depend on
// the order, which may differ. What a node has executed by the time it starts again it has executed in the view that it
// says it is in; but if it installed that unseen, before it lost power, nobody knows what belongs where.
#include <map>
#include <utility>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/updates.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct VirtualSynchrony {
  struct Sum {
    std::uint64_t count{};
    std::uint64_t names{};
    bool operator==(const Sum&) const = default;
    void Add(const facts::UpdateName& name) {
      ++count;
      names += core::Fingerprint{core::Number(name.node), name.number}.Finished().high;
    }
  };
  struct Member {
    core::Index view;
    Sum executed;        // since it installed the view
    bool seen = true;    // that it did
    bool began = false;  // a life of which it has not said yet in which view
    std::map<core::NodeId, std::uint64_t> counts;
  };
  struct Ended {
    Sum executed;
    core::NodeId node{};  // who said so first
  };
  ByNode<Member> members;
  std::map<core::Index, Ended> ended;  // by view, of those who installed the next one

  Ruling On(core::NodeId node, const facts::Crashed&) {
    members[node].began = true;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::DeliveryRecovered& f) {
    Member& member = members[node];
    std::uint64_t& count = member.counts[f.of];
    for (; count < f.number; ++count) member.executed.Add({f.of, count + 1});
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateDelivered& f) {
    members[node].executed.Add(f.name);
    members[node].counts[f.name.node] = f.name.number;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ViewInstalled& f) {
    Member& member = members[node];
    const bool unseen = std::exchange(member.began, false);
    if (f.view == member.view) return Ruling::Noted();
    const core::Index before = std::exchange(member.view, f.view);
    const Sum executed = std::exchange(member.executed, {});
    const bool known = std::exchange(member.seen, !unseen) && !unseen;
    if (!known || before == core::Index{} || before + 1 != f.view) return Ruling::Noted();
    return Judge(node, before, executed);
  }

 private:
  Ruling Judge(core::NodeId node, core::Index view, const Sum& executed) {
    const auto [at, first] = ended.try_emplace(view, Ended{executed, node});
    if (first) return Ruling::Noted();
    if (at->second.executed == executed) return Ruling::Fine();
    return Ruling::Broken(
        core::Text(at->second.node) + " has executed " + std::to_string(at->second.executed.count) +
        " updates in view " + core::Text(view) + ", and " + core::Text(node) + ", which goes on with it, " +
        (at->second.executed.count == executed.count ? "as many others" : std::to_string(executed.count)));
  }
};

constexpr core::NodeId kZero{0}, kOne{1}, kTwo{2};
constexpr facts::UpdateName kFirst{kTwo, 1}, kSecond{kOne, 1};
void Begin(Story& story) {
  for (std::uint32_t node : {0u, 1u, 2u}) story(node, facts::ViewInstalled{{1}, {kZero, kOne, kTwo}});
  story(0, facts::UpdateDelivered{kFirst});
  story(0, facts::UpdateDelivered{kSecond});
  story(0, facts::ViewInstalled{{2}, {kZero, kOne}});
  story(1, facts::UpdateDelivered{kSecond});
}
void Accepted(Story& story) {
  Begin(story);
  story(1, facts::Crashed{});
  story(1, facts::ViewInstalled{{1}, {kZero, kOne, kTwo}});
  story(1, facts::DeliveryRecovered{kTwo, 1});
  story(1, facts::ViewInstalled{{2}, {kZero, kOne}});
}
void Rejected(Story& story) {
  Begin(story);
  story(1, facts::ViewInstalled{{2}, {kZero, kOne}});
}
REGISTER_INVARIANT("virtual-synchrony", VirtualSynchrony,
                   "who go from one view to the next together have executed the same in the first",
                   "Birman & Joseph, Exploiting virtual synchrony in distributed systems; Chockler, Keidar & "
                   "Vitenberg, Group communication specifications (Virtual Synchrony)",
                   facts::ViewInstalled, facts::UpdateDelivered, facts::DeliveryRecovered, facts::Crashed);

}  // namespace
}  // namespace invariants
