// The time that a node gives out in one life never goes back, and is never faster or slower than the clock that it is
// made of by more than the slew that the node has named. However wrong it is: it is corrected in small steps, for
// those who measure spans with it.
#include <chrono>
#include <optional>
#include <utility>

#include "invariants/by_node.h"
#include "invariants/invariant.h"
#include "protocols/core/text.h"

namespace invariants {
namespace {

struct ClockSlew {
  struct Life {
    std::uint32_t slew{};
    std::optional<facts::ClockRead> last;
  };
  ByNode<Life> lives;

  Ruling On(core::NodeId node, const facts::ClockStarted& f) {
    lives[node] = {f.slew, std::nullopt};
    return Ruling::Noted();
  }
  Ruling On(core::NodeId node, const facts::ClockRead& f) {
    Life& life = lives[node];
    const std::optional<facts::ClockRead> last = std::exchange(life.last, f);
    if (!last) return Ruling::Noted();
    const core::Duration passed = f.at - last->at, gained = (f.reading - last->reading) - passed;
    const std::string read = core::Text(node) + " read " + core::Text(last->reading) + " and then " +
                             core::Text(f.reading) + " when " + core::Text(passed) + " had passed";
    if (f.reading < last->reading) return Ruling::Broken(read + ", which is back");
    if (std::chrono::abs(gained) <= MostSlew(passed, life.slew)) return Ruling::Fine();
    return Ruling::Broken(read + ", which is more than it may slew");
  }

 private:
  // Rounded up.
  static core::Duration MostSlew(core::Duration passed, std::uint32_t slew) {
    return core::Duration{static_cast<std::int64_t>((__int128{passed.count()} * slew + 999'999) / 1'000'000)};
  }
};

using namespace std::chrono_literals;
void TellReadings(Story& story, core::Duration gained) {
  story(1, facts::ClockStarted{3, 1'000, 500});
  story(1, facts::ClockRead{core::LocalTime{1s}, core::WallTime{100s}});
  story(1, facts::ClockRead{core::LocalTime{3s}, core::WallTime{102s + gained}});
}
void Accepted(Story& story) {
  TellReadings(story, 1ms);
  TellReadings(story, -1ms);
}
void Rejected(Story& story) { TellReadings(story, -1001us); }
REGISTER_INVARIANT("clock-slew", ClockSlew,
                   "the time that a node gives out never goes back, and is slewed no faster than it may be",
                   "RFC 5905, §11.3 and appendix A.1.1 (MAXFREQ)", facts::ClockStarted, facts::ClockRead);

}  // namespace
}  // namespace invariants
