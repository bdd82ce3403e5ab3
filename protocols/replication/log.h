// Log: a replicated log of which the beginning may be gone, because a snapshot
// stands for it.
//
// Entries are numbered from 1; those up to `base` are not here any more. Of the
// last of them the epoch is kept, since whoever continues a log says what it
// continues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "protocols/core/check.h"
#include "protocols/core/pool.h"
#include "protocols/core/types.h"

namespace replication {

using core::Index;

template <class Entry>
struct Log {
  Index base;                 // the last entry that is gone
  core::Epoch base_epoch;     // of that entry
  core::List<Entry> entries;  // entry i is entries[i - base - 1]

  Index last() const { return base + entries.size(); }
  bool Holds(Index index) const { return index > base && index <= last(); }
  const Entry& operator[](Index index) const { return entries[Place(index)]; }
  Entry& operator[](Index index) { return entries[Place(index)]; }

  void Append(Entry entry) { entries.push_back(std::move(entry)); }
  // Entries from `index` on are gone.
  void CutFrom(Index index) {
    CHECK(index > base);
    if (index <= last()) entries.resize(Place(index));
  }
  // So are those up to `index`, which is of `epoch` and may lie behind the end.
  void DropUpTo(Index index, core::Epoch epoch) {
    if (index <= base) return;
    entries.erase(entries.begin(), index >= last() ? entries.end() : entries.begin() + Offset(index + 1));
    base = index;
    base_epoch = epoch;
  }
  // What DropUpTo would leave, without a copy of what it drops.
  Log After(Index index, core::Epoch epoch) const {
    if (index <= base) return *this;
    const auto first = index >= last() ? entries.end() : entries.begin() + Offset(index + 1);
    return {index, epoch, {first, entries.end()}};
  }

 private:
  std::ptrdiff_t Offset(Index index) const { return static_cast<std::ptrdiff_t>(Place(index)); }
  std::size_t Place(Index index) const {
    CHECK(Holds(index));
    return static_cast<std::size_t>(index.value - base.value - 1);
  }
};

}  // namespace replication
