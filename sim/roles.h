// Roles: who leads, who votes, whose log is shortest, as far as the nodes'
// own announcements tell.
//
// Faults that aim (the leader, the node that just voted, the coordinator in
// doubt) and the table of what was hit in which state read it. Nothing here
// decides anything for a node, and no node can see it. Facts leave a node when
// its writes are durable, so a role lags behind the node's own view by one sync.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/core/facts.h"
#include "protocols/core/types.h"
#include "protocols/core/variants.h"

namespace sim {

enum class Role : std::uint8_t { kLeader, kCandidate, kFollower, kDown };
inline constexpr std::array<std::string_view, 4> kRoleNames{"leader", "candidate", "follower", "down"};

// What a node is in the middle of; the first that applies.
enum class Phase : std::uint8_t {
  kRecovering,  // restarted, and has not learnt since what is committed
  kWriting,     // records wait for the disk
  kElecting,    // the cluster has no leader
  kSteady,
};
inline constexpr std::array<std::string_view, 4> kPhaseNames{"recovering", "writing", "electing", "steady"};

struct Roles {
  explicit Roles(std::uint32_t nodes = 0)
      : log_length(nodes), candidate(nodes), in_doubt(nodes), recovering(nodes), epoch(nodes) {}

  std::optional<std::uint32_t> leader;  // the last that was elected, until it steps down or crashes
  std::optional<std::uint32_t> voter;   // the last that voted for somebody else
  std::vector<std::uint64_t> log_length;
  std::vector<std::uint8_t> candidate;   // voted for itself in its epoch
  std::vector<std::uint8_t> in_doubt;    // bound by a promise whose outcome it does not know
  std::vector<std::uint8_t> recovering;  // see Phase
  std::vector<core::Epoch> epoch;

  // One fact, not a variant of them, which would teach nothing in silence.
  template <class F>
  void Learn(std::uint32_t, const F&) {
    static_assert(!core::VariantLike<F>);
  }
  void Learn(std::uint32_t node, const facts::EntryAppended& f) { log_length[node] = f.index.value; }
  void Learn(std::uint32_t node, const facts::Committed&) { recovering[node] = 0; }
  void Learn(std::uint32_t node, const facts::LogTruncated& f) { log_length[node] = f.from.value - 1; }
  void Learn(std::uint32_t node, const facts::LogRecovered&) { log_length[node] = 0; }
  void Learn(std::uint32_t node, const facts::EpochEntered& f) {
    if (leader == node && f.epoch > epoch[node]) leader.reset();
    epoch[node] = f.epoch;
    candidate[node] = 0;
  }
  void Learn(std::uint32_t node, const facts::VoteCast& f) {
    candidate[node] = core::Number(f.candidate) == node;
    if (!candidate[node]) voter = node;
  }
  void Learn(std::uint32_t node, const facts::LeaderElected&) {
    leader = node;
    candidate[node] = 0;
  }
  void Learn(std::uint32_t node, const facts::InDoubt& f) { in_doubt[node] = f.entered; }
  void Crashed(std::uint32_t node) {
    if (leader == node) leader.reset();
    if (voter == node) voter.reset();
    candidate[node] = in_doubt[node] = 0;
    recovering[node] = 1;
  }
};

}  // namespace sim
