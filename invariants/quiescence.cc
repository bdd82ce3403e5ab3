// Quiescence: once all of the healed core know the same, they say so to each other and no more. Nobody goes on sending
// another one what that one knows.
//
// An update may come twice: it was on its way, or who sent it could not know better. So it counts only where there has
// been no news in the core since the run began to close, for half of the time from then to the end; and then it is
// one too many when one node has sent another the same update for the third time.
#include <map>
#include <optional>

#include "invariants/invariant.h"
#include "invariants/node_set.h"
#include "invariants/updates.h"

namespace invariants {
namespace {

constexpr std::uint32_t kOften = 3;

struct Repetition {
  core::NodeId to;
  core::NodeId from;
  facts::UpdateName name;
  auto operator<=>(const Repetition&) const = default;
};

struct Quiescence {
  NodeSet core;
  core::List<core::NodeId> members;  // of it
  core::TrueTime healed{};
  std::optional<core::TrueTime> closing;
  bool news{};                                   // in the core, since then
  std::map<Repetition, std::uint32_t> repeated;  // in the core, while there should be silence

  Ruling On(core::NodeId node, const facts::InCore&, core::TrueTime now) {
    core.Insert(node);
    members.push_back(node);
    healed = now;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Closing&, core::TrueTime now) {
    closing = now;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateKnown&) {
    news |= closing && core.Contains(node);
    return Ruling::Noted();
  }
  // Who asked again had all be asked again.
  Ruling On(core::NodeId node, const facts::UpdateAcknowledged&) {
    news |= closing && core.Contains(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::UpdateRepeated& f, core::TrueTime now) {
    if (IsSilence(now) && core.Contains(node) && core.Contains(f.from)) ++repeated[{node, f.from, f.name}];
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    if (!closing || news) return rulings;
    for (const core::NodeId node : members) rulings.push_back(Judge(node));
    return rulings;
  }

 private:
  // The run closes for a quarter of the time that it took to get there.
  bool IsSilence(core::TrueTime now) const { return closing && !news && now >= *closing + (*closing - healed) / 8; }

  Ruling Judge(core::NodeId node) const {
    for (const auto& [repetition, times] : repeated) {
      if (repetition.to != node || times < kOften) continue;
      return Ruling::Broken(core::Text(repetition.from) + " goes on sending " + core::Text(node) + " " +
                            Name(repetition.name) + ", which it knows: " + std::to_string(times) +
                            " times, though there was no news");
    }
    return Ruling::Fine();
  }
};

constexpr facts::UpdateName kOne{core::NodeId{0}, 1};
// The run is closing at 12 s, and silence is due from 13 s on.
void Close(Story& story) {
  story(0, facts::UpdateKnown{kOne});
  story(1, facts::UpdateKnown{kOne});
  story.At(std::chrono::seconds(4));
  story(0, facts::InCore{});
  story(1, facts::InCore{});
  story.At(std::chrono::seconds(12));
  story(0, facts::Closing{});
}
void Repeat(Story& story, std::uint32_t from) {
  for (std::uint32_t i = 0; i < kOften; ++i) story(1, facts::UpdateRepeated{kOne, core::NodeId{from}});
}
void Accepted(Story& story) {
  Close(story);
  Repeat(story, 0);
  story.At(std::chrono::seconds(13));
  story(1, facts::UpdateRepeated{kOne, core::NodeId{0}});
  Repeat(story, 2);  // who may not hear us
  story.AtEnd();
}
void Rejected(Story& story) {
  Close(story);
  story.At(std::chrono::seconds(13));
  Repeat(story, 0);
  story.AtEnd();
}
REGISTER_INVARIANT("quiescence", Quiescence,
                   "once there is no news, nobody in the core goes on sending another one what that one knows",
                   "Aguilera, Chen & Toueg, Heartbeat: A timeout-free failure detector for quiescent reliable "
                   "communication; Demers et al., Epidemic algorithms, §1.4",
                   facts::InCore, facts::Closing, facts::UpdateKnown, facts::UpdateAcknowledged, facts::UpdateRepeated);

}  // namespace
}  // namespace invariants
