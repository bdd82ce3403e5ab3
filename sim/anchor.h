// Anchor: a moment that is known by what happens then, whenever that is.
//
//   LeaderElected              the first time that anybody announces this fact
//   LeaderElected n1 #2        the second time that n1 does
//   Append n2->n4 #3 +5ms      5 ms after the third such message from n2 has reached n4
//
// Where latencies, timers or the code change, the times of a run change with them; what a fault was about does not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protocols/core/types.h"

namespace sim {

struct Anchor {
  std::string what;                  // a type of fact or message
  std::optional<core::NodeId> from;  // of a message: who sent it; none: anybody
  std::optional<core::NodeId> node;  // who announces the fact, or gets the message; none: anybody
  std::uint32_t occurrence = 1;
  core::Duration after{};

  bool operator==(const Anchor&) const = default;
};

absl::StatusOr<Anchor> ParseAnchor(std::string_view text);
std::string FormatAnchor(const Anchor& anchor);

// Anchors that are still to come, each for somebody with a number.
class Anchors {
 public:
  enum class Kind : std::uint8_t { kFact, kMessage };
  // Of this kind and type, a number; of a fact, `from` and `node` are the same.
  struct Happening {
    Kind kind;
    std::uint32_t type;
    std::uint32_t from;
    std::uint32_t node;
  };

  bool empty() const { return awaited_.empty(); }
  void Await(std::uint32_t who, const Anchor& anchor, Kind kind, std::uint32_t type) {
    awaited_.push_back({who, kind, type, anchor.from, anchor.node, anchor.occurrence});
  }
  // Calls `come` with those whose moment this is.
  template <class Come>
  void Heed(const Happening& happening, Come&& come) {
    for (std::size_t i = 0; i < awaited_.size();) {
      if (!awaited_[i].IsMetBy(happening) || --awaited_[i].left > 0) {
        ++i;
        continue;
      }
      const std::uint32_t who = awaited_[i].who;
      awaited_.erase(awaited_.begin() + static_cast<std::ptrdiff_t>(i));
      come(who);
    }
  }

 private:
  struct Awaited {
    std::uint32_t who;
    Kind kind;
    std::uint32_t type;
    std::optional<core::NodeId> from, node;
    std::uint32_t left;

    bool IsMetBy(const Happening& happening) const {
      return happening.kind == kind && happening.type == type && (!from || *from == core::NodeId{happening.from}) &&
             (!node || *node == core::NodeId{happening.node});
    }
  };

  std::vector<Awaited> awaited_;
};

}  // namespace sim
