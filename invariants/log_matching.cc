// Log matching: if two logs hold an entry with the same index and epoch, they
// are equal up to there.
//
// Incremental: whoever first appends (index, epoch) fixes the chain that every
// other log must have at that place. No log is ever walked.
#include "invariants/by_index.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

// What is known of one index: the chain that goes with each epoch seen there.
struct Place {
  Link first;
  core::List<Link> others;  // rarely any

  std::uint64_t& ChainOf(core::Epoch epoch, std::uint64_t chain) {
    if (first.epoch == epoch) return first.chain;
    for (Link& link : others) {
      if (link.epoch == epoch) return link.chain;
    }
    if (first.epoch == core::Epoch{}) {
      first = {epoch, chain};
      return first.chain;
    }
    return others.emplace_back(Link{epoch, chain}).chain;
  }
};

struct LogMatching {
  ByIndex<Place> places;  // entry i is at i - 1

  Ruling On(core::NodeId node, const facts::EntryAppended& f, const LogViews& logs) {
    const LogView& log = logs[node];
    if (!log.followed) {
      return Ruling::Broken(core::Text(node) + " appended " + core::Text(f.index) + " to a log of " +
                            std::to_string(log.size()) + " entries");
    }
    const std::uint64_t chain = log.ChainAt(f.index);
    if (places.At(f.index.value - 1).ChainOf(f.epoch, chain) == chain) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " and another node hold different logs up to the entry " +
                          core::Text(f.index) + " of " + core::Text(f.epoch));
  }
};

facts::EntryAppended Entry(std::uint64_t index, std::uint64_t epoch, std::uint64_t command) {
  return {{index}, {epoch}, {command, command}};
}

void Accepted(Story& story) {
  story(1, Entry(1, 1, 10));
  story(2, Entry(1, 1, 10));
  story(3, Entry(1, 2, 30));
}
void Rejected(Story& story) {
  story(1, Entry(1, 1, 10));
  story(1, Entry(2, 2, 20));
  story(2, Entry(1, 1, 11));
  story(2, Entry(2, 2, 20));
}
REGISTER_INVARIANT("log-matching", LogMatching, "two logs with an entry of the same index and epoch are equal up to it",
                   "Raft, Figure 3", facts::EntryAppended);

}  // namespace
}  // namespace invariants
