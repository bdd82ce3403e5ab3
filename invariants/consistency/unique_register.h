// Unique register: linearizability of one register while its history is being made, each value
// written once. No search, and nothing kept of what is behind but the values that somebody gave up
// writing: they may still be read.
//
// As in intervals.h, all operations on one value stand together, and two values clash if something
// of each was called after something of the other had returned. So a value v has a time at which it
// is over: the first return of any value of which something was called after v's first return. What
// is called later and gives v makes a clash, and a read that gives a value not known here gives one
// that nobody wrote, or that is long over. A clash needs only returns, so it is found at the return
// that completes it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "protocols/core/check.h"
#include "protocols/core/fingerprint.h"
#include "protocols/core/pool.h"

namespace consistency {

class UniqueRegister {
 public:
  using Value = std::optional<std::uint64_t>;  // none: as before the first write
  using Time = std::uint64_t;                  // of calls and returns; each has its own, from 1

  // What cannot be: `other` was there before `value`, and after it. Without `other`: nobody wrote `value`, or it was
  // over.
  struct Clash {
    Value value;
    std::optional<Value> other;
  };

  UniqueRegister() { values_[std::nullopt].returned = 0; }

  void WriteCalled(std::uint64_t value, Time now) {
    repeated_ = repeated_ || values_.count(value) != 0 || !written_.emplace(value, now).second;
    open_.push_back(now);
  }
  void ReadCalled(Time now) { open_.push_back(now); }
  // It was called at `called`.
  void GivenUp(Time called) { Close(called); }
  std::optional<Clash> Returned(Value value, Time called, Time now) {
    Close(called);
    if (!IsKnown(value)) return Clash{value, std::nullopt};
    std::optional<Clash> clash = See(values_.find(value), called, now);
    if (!clash) Forget();
    return clash;
  }

  // A value was written twice: what is said from then on need not be right.
  bool repeated() const { return repeated_; }
  std::size_t size() const { return written_.size() + values_.size() + open_.size(); }
  core::Fingerprint fingerprint() const {
    core::Fingerprint fingerprint;
    core::Absorb(fingerprint, written_);
    core::Absorb(fingerprint, values_);
    core::Absorb(fingerprint, open_);
    core::Absorb(fingerprint, repeated_);
    return fingerprint.Finished();
  }

 private:
  static constexpr Time kNever = std::numeric_limits<Time>::max();
  struct Seen {
    Time returned = kNever;  // the first of its operations
    Time called = 0;         // the last of its operations that returned
    Time over = kNever;
  };
  using Place = std::map<Value, Seen>::iterator;

  // What returns for the first time has been written: its write has happened, whether it returns or not.
  bool IsKnown(Value value) {
    if (values_.count(value) != 0) return true;
    const auto written = value ? written_.find(*value) : written_.end();
    if (written == written_.end()) return false;
    values_[value].called = written->second;
    written_.erase(written);
    return true;
  }

  void Close(Time called) {
    const auto found = std::lower_bound(open_.begin(), open_.end(), called);
    CHECK(found != open_.end());
    open_.erase(found);
  }

  std::optional<Clash> See(Place place, Time called, Time now) {
    auto& [value, seen] = *place;
    seen.called = std::max(seen.called, called);
    seen.returned = std::min(seen.returned, now);
    // Whatever ended this value is remembered at least as long, and clashes from its side.
    for (auto& [other, earlier] : values_) {
      if (&earlier == &seen || earlier.returned >= seen.called || earlier.over <= seen.returned) continue;
      earlier.over = seen.returned;
      if (earlier.called > earlier.over) return Clash{other, value};
    }
    return std::nullopt;
  }

  // What is over and can be given by nothing that is open: whoever gives it yet gives it too late.
  void Forget() {
    const Time oldest = open_.empty() ? kNever : open_.front();
    std::erase_if(values_, [&](const auto& entry) { return entry.second.over < oldest; });
  }

  std::map<std::uint64_t, Time>
      written_;                   // called, and nothing of the value has returned; for ever, if it was given up
  std::map<Value, Seen> values_;  // of which something has returned, and not over for all that is open
  core::List<Time> open_;         // when what is open was called, in order
  bool repeated_ = false;
};

}  // namespace consistency
