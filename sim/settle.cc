#include "sim/settle.h"

#include <cstddef>

namespace sim {

std::vector<std::uint32_t> ChooseCore(Core core, Physics& physics, core::Chooser& chooser) {
  if (!physics.HasSoundQuorum()) return {};
  std::vector<std::uint32_t> inside;
  std::vector<std::uint32_t> unsound;
  for (std::uint32_t node = 0; node < physics.members; ++node) {
    (physics.Sound(node) ? inside : unsound).push_back(node);
  }
  if (core != Core::kQuorum) return inside;
  for (const std::uint32_t node : unsound) physics.Freeze(node);
  std::uint64_t draws = 0;
  const auto draw = [&](std::uint64_t bound) { return chooser.Choose({core::Purpose::kCore, 0, 0, draws++}, bound); };
  for (std::uint64_t outside = draw(inside.size() - physics.quorum + 1); outside > 0; --outside) {
    const auto at = inside.begin() + static_cast<std::ptrdiff_t>(draw(inside.size()));
    physics.Freeze(*at);
    inside.erase(at);
  }
  return inside;
}

}  // namespace sim
