#include "invariants/consistency/intervals.h"

#include <algorithm>
#include <limits>
#include <map>

#include "invariants/consistency/words.h"

namespace consistency {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;
constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::min();

// The operations on one value. Null was there from ever, without a write.
struct Cluster {
  std::uint32_t write = kNone;
  std::uint32_t first_returned = kNone;  // of its operations
  std::uint32_t last_called = kNone;
  std::int64_t returned = kNever;  // when the first of them had returned
  std::int64_t called = kEver;     // when the last of them was called
  // Between the two the register had this value all the time; otherwise it may have had it for a moment only.
  bool spans() const { return returned < called; }
};

class Register {
 public:
  Register(const History& history, const std::vector<std::uint32_t>& operations) : history_(history) {
    clusters_[kNull].returned = kEver;
    for (const std::uint32_t o : operations) Add(o);
  }

  Clash Find() const {
    for (const auto& [value, cluster] : clusters_) {
      if (value == kNull) continue;
      if (cluster.write == kNone) return ThinAir(cluster);
      const Operation& write = At(cluster.write);
      if (cluster.returned < write.called) return Premature(cluster);
    }
    std::vector<const Cluster*> spans, moments;
    for (const auto& [value, cluster] : clusters_) (cluster.spans() ? spans : moments).push_back(&cluster);
    const auto by_begin = [](const Cluster* a, const Cluster* b) {
      return std::pair(a->returned, a->called) < std::pair(b->returned, b->called);
    };
    std::sort(spans.begin(), spans.end(), by_begin);
    for (std::size_t i = 1; i < spans.size(); ++i) {
      if (Clashes(*spans[i - 1], *spans[i])) return Describe(*spans[i - 1], *spans[i]);
    }
    for (const Cluster* moment : moments) {
      // Spans do not overlap now, so only the last that begins before it can enclose it.
      const auto after = std::lower_bound(spans.begin(), spans.end(), moment->called,
                                          [](const Cluster* span, std::int64_t t) { return span->returned < t; });
      if (after == spans.begin()) continue;
      const Cluster& span = **(after - 1);
      if (Clashes(span, *moment)) return Describe(span, *moment);
    }
    return {};
  }

 private:
  const Operation& At(std::uint32_t operation) const { return history_.operations[operation]; }

  void Add(std::uint32_t o) {
    const Operation& operation = At(o);
    const bool is_write = operation.function == Function::kWrite;
    Cluster& cluster = clusters_[is_write ? operation.argument : operation.result];
    if (is_write) cluster.write = o;
    if (operation.returned < cluster.returned) {
      cluster.returned = operation.returned;
      cluster.first_returned = o;
    }
    if (operation.called > cluster.called || cluster.last_called == kNone) {
      cluster.called = operation.called;
      cluster.last_called = o;
    }
  }

  // Something of `b` had returned before something of `a` was called.
  static bool CannotPrecede(const Cluster& a, const Cluster& b) { return b.returned < a.called; }
  static bool Clashes(const Cluster& a, const Cluster& b) { return CannotPrecede(a, b) && CannotPrecede(b, a); }

  std::string Name(std::uint32_t o) const { return consistency::Name(history_, At(o)); }

  Clash ThinAir(const Cluster& cluster) const {
    return {{cluster.last_called}, Name(cluster.last_called) + ", but nobody wrote that"};
  }
  Clash Premature(const Cluster& cluster) const {
    return {{cluster.first_returned, cluster.write},
            Name(cluster.first_returned) + " returned before " + Name(cluster.write) + " was called"};
  }
  Clash Describe(const Cluster& a, const Cluster& b) const {
    if (a.write == kNone) return Initial(a, b);
    if (b.write == kNone) return Initial(b, a);
    const Cluster& first = At(a.write).called <= At(b.write).called ? a : b;
    const Cluster& second = &first == &a ? b : a;
    Clash clash;
    for (const Cluster* cluster : {&first, &second}) {
      for (const std::uint32_t o : {cluster->write, cluster->first_returned, cluster->last_called}) {
        clash.operations.push_back(o);
      }
    }
    std::sort(clash.operations.begin(), clash.operations.end());
    clash.operations.erase(std::unique(clash.operations.begin(), clash.operations.end()), clash.operations.end());
    const bool is_stale = first.first_returned == first.write && second.last_called == second.write;
    clash.sentence = is_stale ? Stale(first, second) : Separately(first, second) + "; " + Separately(second, first);
    return clash;
  }
  Clash Initial(const Cluster& null, const Cluster& other) const {
    Clash clash{
        {other.write, other.first_returned, null.last_called},
        Name(null.last_called) + " although " + Name(other.first_returned) + " had returned before it was called"};
    std::sort(clash.operations.begin(), clash.operations.end());
    clash.operations.erase(std::unique(clash.operations.begin(), clash.operations.end()), clash.operations.end());
    return clash;
  }
  // What everybody means by a stale read; who saw that the other value was there may have been a read.
  std::string Stale(const Cluster& old, const Cluster& fresh) const {
    std::string sentence = Words(Name(old.last_called), " although ", Name(fresh.write), ", called after ",
                                 Name(old.write), " had returned, ");
    if (fresh.first_returned == fresh.write) return sentence + "had returned before it was called";
    return sentence + Words("had been seen: ", Name(fresh.first_returned), " had returned before it was called");
  }
  // "1 was there before 2, since …": why `b` is not wholly before `a`.
  std::string Separately(const Cluster& a, const Cluster& b) const {
    const std::string value = history_.values.Text(At(a.write).argument);
    const std::string other = history_.values.Text(At(b.write).argument);
    return value + " was there before " + other + ", since " + Name(a.first_returned) + " had returned before " +
           Name(b.last_called) + " was called";
  }

  const History& history_;
  std::map<ValueId, Cluster> clusters_;
};

}  // namespace

// Where a write does what a read was named for, the read is not needed.
Clash FindClash(const History& history, const std::vector<std::uint32_t>& operations) {
  Clash clash = Register(history, operations).Find();
  const std::vector<std::uint32_t> named = clash.operations;
  for (const std::uint32_t o : named) {
    if (named.size() < 2 || history.operations[o].function == Function::kWrite) continue;
    std::vector<std::uint32_t> rest = clash.operations;
    std::erase(rest, o);
    Clash smaller = Register(history, rest).Find();
    if (!smaller.operations.empty()) clash = std::move(smaller);
  }
  return clash;
}

}  // namespace consistency
