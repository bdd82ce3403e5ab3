#include "tools/difference.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "tools/report_text.h"

namespace tools {
namespace {

std::string Point(std::uint64_t event, core::Duration time) {
  return "event " + Grouped(event) + " (" + Seconds(time) + ")";
}

// Between the last rung that agrees and the first that does not.
std::string BetweenRungs(const scenarios::Expected& then, const scenarios::Expected& now) {
  std::string after = "the start";
  const std::size_t common = std::min(then.ladder.size(), now.ladder.size());
  for (std::size_t i = 0; i < common; ++i) {
    const scenarios::Rung& rung = then.ladder[i];
    if (rung.event != now.ladder[i].event || rung.digest != now.ladder[i].digest)
      return "first difference between " + after + " and " + Point(rung.event, rung.time);
    after = Point(rung.event, rung.time);
  }
  if (then.ladder.size() == now.ladder.size()) return "no rung of the ladder differs, only the end";
  return "equal up to " + after + ", then " + Grouped(now.events) + " events instead of " + Grouped(then.events);
}

// "204 1.230000s n3 term=t7" in its parts.
struct Change {
  std::uint64_t event = UINT64_MAX;     // no change any more
  std::string_view time, field, value;  // the field with its node, "n3 term"
};

Change Parse(std::string_view line) {
  Change change;
  const std::size_t space = line.find(' ');
  const std::size_t equals = std::min(line.find('='), line.size());
  const std::size_t next = std::min(line.find(' ', space + 1), equals);
  std::from_chars(line.data(), line.data() + std::min(space, line.size()), change.event);
  if (space >= next || next >= equals) return change;  // not written by us: only its event counts
  change.time = line.substr(space + 1, next - space - 1);
  change.field = line.substr(next + 1, equals - next - 1);
  change.value = line.substr(std::min(equals + 1, line.size()));
  return change;
}

// Where the states of the nodes part.
class StateDifference {
 public:
  StateDifference(const sim::Trail& then, const sim::Trail& now)
      : then_(then.changes), now_(now.changes), until_(std::min(then.changes_until, now.changes_until)) {
    while (at_ < then_.size() && at_ < now_.size() && then_[at_] == now_[at_]) ++at_;
    was_ = ChangeAt(then_);
    is_ = ChangeAt(now_);
  }

  bool found() const { return event() <= until_; }
  std::uint64_t event() const { return std::min(was_.event, is_.event); }
  std::string_view time() const { return was_.event <= is_.event ? was_.time : is_.time; }

  // "n3 term: t7, now t8", where one of the two may not have changed at all.
  std::string Text() const {
    if (was_.event == is_.event && was_.field == is_.field) return Text(was_.field, was_.value, is_.value);
    const bool only_now = is_.event < was_.event || (is_.event == was_.event && Has(now_, was_));
    const Change& one = only_now ? is_ : was_;
    const std::string before = Before(one.field);
    return only_now ? Text(one.field, before, one.value) : Text(one.field, one.value, before);
  }

 private:
  static std::string Text(std::string_view field, std::string_view then, std::string_view now) {
    return std::string(field) + ": " + std::string(then) + ", now " + std::string(now);
  }
  Change ChangeAt(const std::vector<std::string>& changes) const {
    return at_ < changes.size() ? Parse(changes[at_]) : Change{};
  }
  // Whether the same field changed at the same event, further down.
  bool Has(const std::vector<std::string>& changes, const Change& wanted) const {
    for (std::size_t i = at_; i < changes.size(); ++i) {
      const Change change = Parse(changes[i]);
      if (change.event != wanted.event) return false;
      if (change.field == wanted.field) return true;
    }
    return false;
  }
  // The value that both had agreed on.
  std::string Before(std::string_view field) const {
    for (std::size_t i = at_; i > 0; --i) {
      const Change change = Parse(then_[i - 1]);
      if (change.field == field) return "still " + std::string(change.value);
    }
    return "still as it began";
  }

  const std::vector<std::string>& then_;
  const std::vector<std::string>& now_;
  const std::uint64_t until_;
  std::size_t at_ = 0;
  Change was_, is_;
};

// The first event whose mark differs; nothing if all that both have are equal.
std::optional<std::uint64_t> FirstMark(const sim::Trail& then, const sim::Trail& now) {
  const auto [was, is] = std::mismatch(then.marks.begin(), then.marks.end(), now.marks.begin(), now.marks.end());
  if (was == then.marks.end() || is == now.marks.end()) return std::nullopt;
  return was - then.marks.begin() + 1;
}

}  // namespace

std::string FirstDifference(const scenarios::Expected& then, const scenarios::Expected& now) {
  if (then.trail.marks.empty() || now.trail.marks.empty()) return BetweenRungs(then, now);
  const std::optional<std::uint64_t> mark = FirstMark(then.trail, now.trail);
  const StateDifference state(then.trail, now.trail);
  if (state.found() && (!mark || state.event() <= *mark)) {
    return "first difference at event " + Grouped(state.event()) + " (" + std::string(state.time()) +
           "): " + state.Text();
  }
  if (mark) {
    return "first difference at event " + Grouped(*mark) +
           (*mark <= std::min(then.trail.changes_until, now.trail.changes_until)
                ? ": what happens is another thing, the states of the nodes are still equal"
                : ", beyond the recorded states of the nodes");
  }
  return BetweenRungs(then, now);
}

}  // namespace tools
