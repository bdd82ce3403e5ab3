// Up to date is complete: a log that may win a vote against what is committed contains it.
//
// Votes go by the end of a log, the epoch of its last entry first and its length next (Raft,
// §5.4.1). What was committed in an epoch must be in every log that ends in a later one, or in this
// one and is as long. That is why leader completeness holds; here it is judged of all logs, elected or not.
//
// etcdraft.tla compares with the end of the whole log of a node that knows of the commit. That is
// false of a correct Raft, since such a node may hold no entry of the epoch that committed:
// 1. n1, term 2: x reaches n1 only. n5 wins term 3, appends y in its place, crashes.
// 2. n1 wins term 4, copies x and its own z to n1 to n3, and so commits both.
// 3. n4 gets x in one message and z in the next. After the first it knows that x is committed, and
//    its log ends in term 2; n5's ends in term 3, and lacks x.
// So the epoch counts in which a node knows of the commit, as that of the leader who told it.
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct Mark {
  core::Epoch epoch;  // that it is committed in
  core::Index index;
  std::uint64_t chain{};
};

struct UpToDateIsComplete {
  std::vector<Mark> marks;  // of rising epochs, and indices

  // Where nobody votes, a new leader may collect what it lacks: no part is taken there.
  Ruling On(core::NodeId, const facts::VoteCast&) { return Ruling::Noted(); }
  Ruling On(core::NodeId node, const facts::EntryAppended&, const LogViews& logs) { return Judge(node, logs); }
  Ruling On(core::NodeId node, const facts::Committed& f, const LogViews& logs) {
    if (f.index.value > logs[node].size()) return Ruling::Noted();  // see committed-is-durable
    if (!Remember({f.epoch, f.index, logs[node].ChainAt(f.index)})) return Ruling::Noted();
    std::uint32_t judged = 0;
    for (std::uint32_t other = 0; other < logs.members(); ++other) {
      Ruling ruling = Judge(core::NodeId{other}, logs);
      if (ruling.broken()) return ruling;
      judged += ruling.judged();
    }
    return judged > 0 ? Ruling::Fine(judged) : Ruling::Noted();
  }

 private:
  // False: what is known says as much.
  bool Remember(const Mark& mark) {
    auto at = marks.end();
    while (at != marks.begin() && (at - 1)->epoch > mark.epoch) --at;
    if (at != marks.begin() && (at - 1)->index >= mark.index) return false;
    // Those that it makes superfluous: of its own epoch, and of later ones that are not further.
    auto first = at != marks.begin() && (at - 1)->epoch == mark.epoch ? at - 1 : at;
    while (at != marks.end() && at->index <= mark.index) ++at;
    if (first == at) {
      marks.insert(at, mark);
    } else {
      *first = mark;
      marks.erase(first + 1, at);
    }
    return true;
  }
  // Against the furthest commit that its log is up to date with; those before it are a part of that.
  Ruling Judge(core::NodeId node, const LogViews& logs) const {
    const LogView& log = logs[node];
    if (log.links.empty()) return Ruling::Noted();
    const core::Epoch last = log.links.back().epoch;
    for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
      if (last < mark->epoch || (last == mark->epoch && log.size() < mark->index.value)) continue;
      if (log.Holds(mark->index, mark->chain)) return Ruling::Fine();
      return Ruling::Broken("the log of " + core::Text(node) + " ends at " + core::Text(core::Index{log.size()}) +
                            " with an entry of " + core::Text(last) + ", and lacks what was committed in " +
                            core::Text(mark->epoch) + " up to " + core::Text(mark->index));
    }
    return Ruling::Noted();
  }
};

facts::EntryAppended Entry(std::uint64_t index, std::uint64_t epoch, std::uint64_t command) {
  return {{index}, {epoch}, {command, command}};
}

void Accepted(Story& story) {
  story(1, Entry(1, 1, 10));
  story(1, facts::Committed{{1}, {2}});
  story(2, Entry(1, 1, 10));
  story(2, Entry(2, 2, 20));
  story(3, Entry(1, 1, 11));
}
void Rejected(Story& story) {
  story(1, Entry(1, 1, 10));
  story(1, facts::Committed{{1}, {1}});
  story(2, Entry(1, 2, 20));
}
REGISTER_INVARIANT("up-to-date-is-complete", UpToDateIsComplete,
                   "a log at least as up to date as what was committed in an epoch contains it",
                   "Raft, §5.4.1; etcd, etcdraft.tla, MoreUpToDateCorrectInv", facts::VoteCast, facts::EntryAppended,
                   facts::Committed);

}  // namespace
}  // namespace invariants
