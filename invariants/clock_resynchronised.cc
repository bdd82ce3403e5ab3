// A healed core knows the time again: at the end each of its nodes has lately heard a majority of all servers, has
// claimed to know, and has not taken it back. How well it knows is for clock-precision to judge, at each claim.
#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "invariants/node_set.h"
#include "protocols/core/quorum.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ClockResynchronised {
  struct Lately {  // since the run is closing
    NodeSet servers;
    std::uint32_t heard{};  // so many of them
    bool knows{};
  };
  core::List<core::NodeId> core;
  ByNode<std::uint32_t> servers;
  ByNode<Lately> lately;

  Ruling On(core::NodeId node, const facts::ClockStarted& f) {
    servers[node] = f.servers;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::TimeHeard& f) {
    lately[node].heard += lately[node].servers.Insert(f.server);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::TimeClaimed&) {
    lately[node].knows = true;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ClockUnsynchronised&) {
    lately[node].knows = false;
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::InCore&) {
    core.push_back(node);
    return Ruling::Noted();
  }
  Ruling On(core::NodeId, const facts::Closing&) {
    lately = {};
    return Ruling::Noted();
  }
  std::vector<Ruling> AtEnd() {
    std::vector<Ruling> rulings;
    for (const core::NodeId node : core) rulings.push_back(Judge(node));
    return rulings;
  }

 private:
  Ruling Judge(core::NodeId node) {
    const Lately& last = lately[node];
    if (last.heard < core::Majority(servers[node]))
      return Ruling::Broken(core::Text(node) + ", which is up, has lately heard only " + std::to_string(last.heard) +
                            " of " + std::to_string(servers[node]) + " servers");
    if (last.knows) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + ", which is up, does not know what time it is");
  }
};

// One of three servers is down; n1 has heard the two others.
void TellEnd(Story& story, bool takes_it_back) {
  story(1, facts::ClockStarted{3, 1'000, 500});
  story(1, facts::InCore{});
  story(1, facts::Closing{});
  for (const std::uint32_t server : {0u, 2u}) story(1, facts::TimeHeard{core::NodeId{server}, 1, {}});
  story(1, facts::TimeClaimed{});
  if (takes_it_back) story(1, facts::ClockUnsynchronised{});
  story.AtEnd();
}
void Accepted(Story& story) { TellEnd(story, false); }
void Rejected(Story& story) { TellEnd(story, true); }
REGISTER_INVARIANT("clock-resynchronised", ClockResynchronised,
                   "at the end each node of the healed core has lately heard a majority, and knows what time it is",
                   "RFC 5905, §11.2.1 and §13, with 'eventually' made a bound", facts::ClockStarted, facts::TimeHeard,
                   facts::TimeClaimed, facts::ClockUnsynchronised, facts::InCore, facts::Closing);

}  // namespace
}  // namespace invariants
