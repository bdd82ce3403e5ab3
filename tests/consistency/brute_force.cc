#include "tests/consistency/brute_force.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "protocols/core/check.h"
#include "tests/consistency/object.h"

namespace consistency {
namespace {

// A set of operations: the bit of each place in History::operations.
using Set = std::uint32_t;
constexpr unsigned kMost = 32;

Set Only(std::size_t place) { return Set{1} << place; }
bool Has(Set set, std::size_t place) { return (set >> place & 1) != 0; }

// What must come before each operation.
using Relation = std::vector<Set>;

template <class Holds>
Set Where(const History& history, Holds&& holds) {
  Set set = 0;
  for (std::size_t i = 0; i < history.operations.size(); ++i) {
    if (holds(history.operations[i])) set |= Only(i);
  }
  return set;
}

template <class Holds>
Relation RelationOf(const History& history, Holds&& holds) {
  Relation relation;
  for (const Operation& b : history.operations) {
    relation.push_back(Where(history, [&](const Operation& a) { return holds(a, b); }));
  }
  return relation;
}

Relation SessionOrder(const History& history) {
  return RelationOf(history,
                    [](const Operation& a, const Operation& b) { return a.process == b.process && Precedes(a, b); });
}

Set TakePart(const History& history) { return Where(history, plain::TakesPart); }
Set Unknown(const History& history) {
  return Where(history, [](const Operation& operation) { return operation.outcome == Outcome::kUnknown; });
}

// The total orders that contain a relation.
class Orders {
 public:
  Orders(const History& history, ModelKind model, Relation before) : history_(history), before_(std::move(before)) {
    objects_.assign(history.keys.size(), plain::Fresh(model));
  }

  // Whether in some order of `members` all of `judged` are right when they happen. The
  // optional ones may be missing.
  bool SomeIsRight(Set members, Set judged, Set optional) {
    judged_ = judged;
    optional_ = optional;
    return Extend(members);
  }

 private:
  // Whether the order so far, of which the objects are what came out, goes on somehow.
  bool Extend(Set left) {
    if ((left & ~optional_) == 0) return true;
    for (std::size_t i = 0; i < history_.operations.size(); ++i) {
      if (Has(left, i) && (before_[i] & left) == 0 && Continue(left, i)) return true;
    }
    return false;
  }

  bool Continue(Set left, std::size_t next) {
    const Operation& operation = history_.operations[next];
    plain::Object& object = objects_[operation.key];
    if (Has(judged_, next) && !plain::Fits(object, operation, history_.values)) return false;
    const plain::Object was = object;
    plain::Happen(object, operation, history_.values);
    if (Extend(left & ~Only(next))) return true;
    object = was;
    return false;
  }

  const History& history_;
  const Relation before_;
  std::vector<plain::Object> objects_;  // of each key
  Set judged_ = 0;
  Set optional_ = 0;
};

bool IsLinearizable(const History& history, ModelKind model) {
  const Relation before = RelationOf(history, Precedes);
  for (std::size_t key = 0; key < history.keys.size(); ++key) {
    const Set here = Where(history, [&](const Operation& operation) { return operation.key == key; });
    const Set members = here & TakePart(history);
    if (!Orders(history, model, before).SomeIsRight(members, members, Unknown(history))) return false;
  }
  return true;
}

bool IsSequential(const History& history) {
  const Set members = TakePart(history);
  return Orders(history, ModelKind::kRegister, SessionOrder(history)).SomeIsRight(members, members, Unknown(history));
}

// Registers with unique values: it is known which write each read returned.
struct ReadsFrom {
  std::vector<std::optional<std::size_t>> source;  // of a read: the write, none for null
  bool thin_air = false;                           // some read returned what nobody wrote
  Set reads = 0;
  Set writes = 0;  // that count
  Relation so;
};

std::optional<std::size_t> WriterOf(const History& history, const Operation& read) {
  for (std::size_t i = 0; i < history.operations.size(); ++i) {
    const Operation& write = history.operations[i];
    if (write.function != Function::kWrite || !plain::TakesPart(write)) continue;
    if (write.key == read.key && write.argument == read.result) return i;
  }
  return std::nullopt;
}

ReadsFrom FindReadsFrom(const History& history) {
  ReadsFrom found;
  const Set part = TakePart(history);
  found.reads = part & Where(history, [](const Operation& each) { return each.function == Function::kRead; });
  found.writes = part & ~found.reads & ~Unknown(history);
  found.source.resize(history.operations.size());
  for (std::size_t i = 0; i < history.operations.size(); ++i) {
    if (!Has(found.reads, i) || history.operations[i].result == kNull) continue;
    found.source[i] = WriterOf(history, history.operations[i]);
    if (!found.source[i]) {
      found.thin_air = true;
    } else {
      found.writes |= Only(*found.source[i]);  // whatever its outcome, it took effect
    }
  }
  found.so = SessionOrder(history);
  for (Set& earlier : found.so) earlier &= found.reads | found.writes;
  return found;
}

// co = (so ∪ rf)⁺.
Relation CausalOrder(const ReadsFrom& from) {
  Relation past = from.so;
  for (std::size_t i = 0; i < past.size(); ++i) {
    if (from.source[i]) past[i] |= Only(*from.source[i]);
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t b = 0; b < past.size(); ++b) {
      const Set old = past[b];
      for (std::size_t a = 0; a < past.size(); ++a) {
        if (Has(old, a)) past[b] |= past[a];
      }
      grew = grew || past[b] != old;
    }
  }
  return past;
}

bool IsCausal(const History& history, const ReadsFrom& from) {
  const Relation co = CausalOrder(from);
  for (std::size_t i = 0; i < co.size(); ++i) {
    if (!Has(from.reads, i)) continue;
    if (!Orders(history, ModelKind::kRegister, co).SomeIsRight(co[i] | Only(i), Only(i), 0)) return false;
  }
  return true;
}

bool IsCausalMemory(const History& history, const ReadsFrom& from) {
  const Relation co = CausalOrder(from);
  for (const Operation& one : history.operations) {  // of each process; some are tried more than once
    const Set own = (from.reads | from.writes) &
                    Where(history, [&](const Operation& operation) { return operation.process == one.process; });
    Set members = own;
    for (std::size_t i = 0; i < co.size(); ++i) {
      if (Has(own, i)) members |= co[i];
    }
    if (!Orders(history, ModelKind::kRegister, co).SomeIsRight(members, own, 0)) return false;
  }
  return true;
}

// The orders ar of all writes that contain `before`, given what each read sees.
class Arbitrations {
 public:
  Arbitrations(const History& history, const ReadsFrom& from, const Relation& before, const std::vector<Set>& vis)
      : history_(history), from_(from), before_(before), vis_(vis) {}

  bool SomeIsRight() const {
    for (std::size_t r = 0; r < vis_.size(); ++r) {
      if (!Has(from_.reads, r)) continue;
      const Set rivals = vis_[r] & OnKeyOf(r);
      if (from_.source[r] ? !Has(rivals, *from_.source[r]) : rivals != 0) return false;
    }
    return Extend(from_.writes);
  }

 private:
  Set OnKeyOf(std::size_t read) const {
    return from_.writes &
           Where(history_, [&](const Operation& operation) { return operation.key == history_.operations[read].key; });
  }

  bool Extend(Set left) const {
    if (left == 0) return true;
    for (std::size_t w = 0; w < vis_.size(); ++w) {
      if (Has(left, w) && (before_[w] & left) == 0 && !Spoils(left, w) && Extend(left & ~Only(w))) return true;
    }
    return false;
  }

  // Whether a read sees the write, but returned one of the same key that comes before it in
  // ar: so its answer is not the greatest, whatever else follows.
  bool Spoils(Set left, std::size_t next) const {
    for (std::size_t r = 0; r < vis_.size(); ++r) {
      if (!Has(from_.reads, r) || !Has(vis_[r], next)) continue;
      if (history_.operations[r].key == history_.operations[next].key && !Has(left, *from_.source[r])) return true;
    }
    return false;
  }

  const History& history_;
  const ReadsFrom& from_;
  const Relation& before_;
  const std::vector<Set>& vis_;  // of each read
};

bool IsCausallyConvergent(const History& history, const ReadsFrom& from) {
  const Relation co = CausalOrder(from);
  for (std::size_t i = 0; i < co.size(); ++i) {
    if (Has(co[i], i)) return false;
  }
  std::vector<Set> vis;
  for (const Set past : co) vis.push_back(past & from.writes);
  return Arbitrations(history, from, co, vis).SomeIsRight();
}

// What guarantees ask of vis and ar.
class Visibility {
 public:
  Visibility(const History& history, const ReadsFrom& from, const Guarantees& guarantees)
      : history_(history), from_(from) {
    for (std::size_t i = 0; i < from.so.size(); ++i) {
      first_.push_back(guarantees.own_writes ? from.so[i] & from.writes : 0);
      if (from.source[i]) first_[i] |= Only(*from.source[i]);
      kept_.push_back(guarantees.growing ? from.so[i] & from.reads : 0);
      brought_.push_back(guarantees.session_writes ? from.so[i] & from.writes : 0);
      if (guarantees.causes) brought_[i] |= ReadBefore(i);
    }
  }

  // The smallest sets that do what is asked.
  std::vector<Set> Smallest() const {
    std::vector<Set> vis(first_.size());
    for (bool grew = true; grew;) {
      grew = false;
      for (std::size_t r = 0; r < vis.size(); ++r) {
        if (!Has(from_.reads, r)) continue;
        const Set wanted = vis[r] | Wanted(vis, r);
        grew = grew || wanted != vis[r];
        vis[r] = wanted;
      }
    }
    return vis;
  }

  bool Allows(const std::vector<Set>& vis) const {
    for (std::size_t r = 0; r < vis.size(); ++r) {
      if (Has(from_.reads, r) && (Wanted(vis, r) & ~vis[r]) != 0) return false;
    }
    return true;
  }

  bool HasOrder(const std::vector<Set>& vis) const {
    Set seen = 0;
    for (const Set each : vis) seen |= each;
    Relation before(vis.size());
    for (std::size_t w = 0; w < vis.size(); ++w) {
      if (Has(seen, w)) before[w] = brought_[w];
    }
    return Arbitrations(history_, from_, before, vis).SomeIsRight();
  }

 private:
  // What the session of a write had read before it.
  Set ReadBefore(std::size_t write) const {
    Set causes = 0;
    for (std::size_t r = 0; r < from_.so.size(); ++r) {
      if (Has(from_.so[write], r) && from_.source[r]) causes |= Only(*from_.source[r]);
    }
    return causes;
  }

  // What vis(r) must have, given what it and the others have.
  Set Wanted(const std::vector<Set>& vis, std::size_t read) const {
    Set wanted = first_[read];
    for (std::size_t i = 0; i < vis.size(); ++i) {
      if (Has(kept_[read], i)) wanted |= vis[i];
      if (Has(vis[read], i)) wanted |= brought_[i];
    }
    return wanted;
  }

  const History& history_;
  const ReadsFrom& from_;
  std::vector<Set> first_;    // of a read: what it must see at once
  std::vector<Set> kept_;     // of a read: the reads that saw no more than it does
  std::vector<Set> brought_;  // of a write: what comes before it in ar, and is seen where it is
};

// The next assignment of sets of writes to reads, as a number counts up; false: there is none.
bool CountUp(std::vector<Set>& vis, Set reads, Set writes) {
  for (std::size_t r = 0; r < vis.size(); ++r) {
    if (!Has(reads, r)) continue;
    vis[r] = (vis[r] - writes) & writes;  // the next subset, in the order of the bits
    if (vis[r] != 0) return true;
  }
  return false;
}

}  // namespace

bool HasVisibility(const History& history, const Guarantees& guarantees) {
  const ReadsFrom from = FindReadsFrom(history);
  if (from.thin_air) return false;
  const Visibility visibility(history, from, guarantees);
  return visibility.HasOrder(visibility.Smallest());
}

bool HasVisibilityAmongAll(const History& history, const Guarantees& guarantees) {
  const ReadsFrom from = FindReadsFrom(history);
  if (from.thin_air) return false;
  const Visibility visibility(history, from, guarantees);
  std::vector<Set> vis(history.operations.size());
  do {
    if (visibility.Allows(vis) && visibility.HasOrder(vis)) return true;
  } while (CountUp(vis, from.reads, from.writes));
  return false;
}

bool BruteForce(const History& history, ModelKind model, Consistency consistency) {
  CHECK(history.operations.size() <= kMost);
  if (consistency == Consistency::kLinearizable) return IsLinearizable(history, model);
  CHECK(model == ModelKind::kRegister);
  const ReadsFrom from = FindReadsFrom(history);
  if (from.thin_air) return false;
  switch (consistency) {
    case Consistency::kSequential:
      return IsSequential(history);
    case Consistency::kCausalConvergence:
      return IsCausallyConvergent(history, from);
    case Consistency::kCausalMemory:
      return IsCausalMemory(history, from);
    case Consistency::kCausal:
      return IsCausal(history, from);
    case Consistency::kReadYourWrites:
      return HasVisibility(history, {.own_writes = true});
    case Consistency::kMonotonicReads:
      return HasVisibility(history, {.growing = true});
    case Consistency::kMonotonicWrites:
      return HasVisibility(history, {.growing = true, .session_writes = true});
    case Consistency::kWritesFollowReads:
      return HasVisibility(history, {.growing = true, .causes = true});
    case Consistency::kPram:
      return HasVisibility(history, {.own_writes = true, .growing = true, .session_writes = true});
    case Consistency::kLinearizable:
    case Consistency::kConvergence:
      break;
  }
  core::CheckFailed("a consistency that says that some order exists", __FILE__, __LINE__);
}

}  // namespace consistency
