#include "sim/digest.h"

namespace sim {

void Digest::AddRung(std::uint64_t event, core::Duration time) {
  if (ladder_.capacity() < kMostRungs) ladder_.reserve(kMostRungs);
  if (ladder_.size() == kMostRungs) {
    stride_ *= 2;
    std::erase_if(ladder_, [this](const Checkpoint& rung) { return rung.event % stride_ != 0; });
    if (event % stride_ != 0) return;
  }
  ladder_.push_back({event, time, state.Finished()});
}

std::vector<Checkpoint> Digest::Ladder(std::uint64_t event, core::Duration time) const {
  std::vector<Checkpoint> ladder = ladder_;
  if (ladder.empty() || ladder.back().event != event) ladder.push_back({event, time, state.Finished()});
  return ladder;
}

}  // namespace sim
