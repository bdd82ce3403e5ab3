// Integrity: what is delivered was broadcast, by the primary of its epoch, as it is delivered.
//
// A primary's facts wait for its disk, so others may deliver what it has not told of yet. Its next
// broadcast comes after all before it: what is delivered under the zxid of one that has been told of must be
// that one. What it had not told of when it crashed cannot be judged.
#include <map>

#include "invariants/by_index.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Transaction {
  core::Index index;
  core::Fingerprint command;
  bool broadcast{};
  bool delivered{};
};

struct Integrity {
  std::map<core::Epoch, ByIndex<Transaction>> transactions;  // by counter, from 1

  Ruling On(core::NodeId node, const facts::TransactionBroadcast& f) {
    Transaction& transaction = Of(f.epoch, f.counter);
    // Others were told of it first. Whether it is given twice is for zxid-unique to judge.
    const bool known = transaction.delivered && !transaction.broadcast;
    if (known && (transaction.index != f.index || transaction.command != f.command)) {
      return Ruling::Broken(core::Text(node) + " broadcasts another transaction " + Name(f) +
                            " than has been delivered");
    }
    transaction = {f.index, f.command, true, transaction.delivered};
    return known ? Ruling::Fine() : Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::TransactionDelivered& f) {
    const ByIndex<Transaction>& told = transactions[f.epoch];
    Transaction& transaction = Of(f.epoch, f.counter);
    if (transaction.broadcast || transaction.delivered) {
      if (transaction.index != f.index || transaction.command != f.command) {
        return Ruling::Broken(core::Text(node) + " delivers at " + core::Text(f.index) + " what was not broadcast as " +
                              Name(f));
      }
      transaction.delivered = true;
      return Ruling::Fine();
    }
    if (f.counter < told.size() && told.back().broadcast) {
      return Ruling::Broken(core::Text(node) + " delivers " + Name(f) + ", which its primary has left out");
    }
    transaction = {f.index, f.command, false, true};
    return Ruling::Noted();
  }

 private:
  template <class F>
  static std::string Name(const F& f) {
    return core::Text(f.epoch) + "." + std::to_string(f.counter);
  }
  Transaction& Of(core::Epoch epoch, std::uint64_t counter) { return transactions[epoch].At(counter); }
};

void Accepted(Story& story) {
  story(0, facts::TransactionBroadcast{{1}, 1, {1}, {7, 7}});
  story(1, facts::TransactionDelivered{{1}, 1, {1}, {7, 7}});
  story(1, facts::TransactionDelivered{{1}, 2, {2}, {8, 8}});
  story(0, facts::TransactionBroadcast{{1}, 2, {2}, {8, 8}});
}
void Rejected(Story& story) {
  story(0, facts::TransactionBroadcast{{1}, 1, {1}, {7, 7}});
  story(1, facts::TransactionDelivered{{1}, 1, {1}, {8, 8}});
}
REGISTER_INVARIANT("integrity", Integrity,
                   "what is delivered was broadcast by the primary of its epoch, and is unchanged",
                   "Zab (Junqueira, Reed & Serafini), §III, Integrity", facts::TransactionBroadcast,
                   facts::TransactionDelivered);

}  // namespace
}  // namespace invariants
