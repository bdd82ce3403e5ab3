// Zxid unique: no two transactions have one zxid. A primary counts its transactions from 1, each epoch anew, so
// they are told apart even where a counter would run over into the epoch (ZOOKEEPER-1277).
#include <map>

#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ZxidUnique {
  std::map<core::Epoch, std::uint64_t> last;  // counter that was given

  Ruling On(core::NodeId node, const facts::TransactionBroadcast& f) {
    const std::uint64_t before = std::exchange(last[f.epoch], f.counter);
    if (f.counter == before + 1) return Ruling::Fine();
    return Ruling::Broken(core::Text(node) + " broadcasts transaction " + std::to_string(f.counter) + " of " +
                          core::Text(f.epoch) + " after " + std::to_string(before));
  }
};

void Accepted(Story& story) {
  story(0, facts::TransactionBroadcast{{1}, 1, {1}, {}});
  story(0, facts::TransactionBroadcast{{1}, 2, {2}, {}});
  story(1, facts::TransactionBroadcast{{2}, 1, {3}, {}});
}
void Rejected(Story& story) {
  story(0, facts::TransactionBroadcast{{1}, 1, {1}, {}});
  story(1, facts::TransactionBroadcast{{1}, 1, {1}, {}});
}
REGISTER_INVARIANT("zxid-unique", ZxidUnique, "a primary counts its transactions from 1, and no zxid is given twice",
                   "Zab (Junqueira, Reed & Serafini), §III; ZOOKEEPER-1277", facts::TransactionBroadcast);

}  // namespace
}  // namespace invariants
