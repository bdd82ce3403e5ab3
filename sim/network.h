// Network: decides the fate of each packet, and nothing else. It sees ids and
// times, never what a packet carries.
//
// Endpoints are nodes first, clients after them. The plan of its class decides
// what a link does by nature; then every fault whose links it is on may edit the
// packet's fate, each from draws of its own, in the order in which the faults
// began. A cut is where packets enter a link: what is under way arrives, unless
// the partition says otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/core/chooser.h"
#include "protocols/core/types.h"
#include "sim/plan.h"
#include "sim/report.h"

namespace sim {

class Network;

// Who is at the ends of a link: two members of the cluster, a client and a member, or an application and a member.
enum class LinkClass : std::uint8_t { kPeer, kClient, kExport };

// What happens to one packet: it arrives `copies` times, each after its delay.
struct Fate {
  std::uint32_t copies = 0;
  core::Duration delay[2] = {};
  std::uint8_t flips[2] = {};  // bits of each copy that have flipped
  std::uint32_t number = 0;    // which of its link's packets it is
  core::Duration queued{};     // of each delay: until it had left its sender
};

// A set of directed links, told by their ends.
class Links {
 public:
  explicit Links(std::uint32_t endpoints) : ends_(endpoints) {}
  void AddSender(std::uint32_t endpoint) { ends_[endpoint] |= kSends; }
  void AddReceiver(std::uint32_t endpoint) { ends_[endpoint] |= kReceives; }
  // From now on a link belongs only if both of its ends are in, as a sender and as a receiver.
  void RequireBothEnds() { both_ = true; }
  // From now on a link belongs only if it is of this class.
  void RequireClass(LinkClass wanted) { class_ = wanted; }

  bool Contains(std::uint32_t from, std::uint32_t to) const {
    const bool sends = (ends_[from] & kSends) != 0;
    const bool receives = (ends_[to] & kReceives) != 0;
    return both_ ? sends && receives : sends || receives;
  }
  bool Admits(LinkClass link) const { return !class_ || *class_ == link; }

 private:
  static constexpr std::uint8_t kSends = 1;
  static constexpr std::uint8_t kReceives = 2;
  std::vector<std::uint8_t> ends_;
  bool both_ = false;
  std::optional<LinkClass> class_;
};

// One packet on its way into a link, as a fault may look at it and edit its fate.
class PacketScope {
 public:
  PacketScope(Network& network, Fate& packet_fate) : fate(packet_fate), network_(network) {}

  Fate& fate;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  core::TrueTime now{};
  std::array<std::int64_t, 4> numbers{};  // the fault's own
  std::int64_t* memory = nullptr;         // of this fault about this link; see Interference
  std::uint64_t size = 0;                 // in bytes, if this fault wants sizes

  bool lost() const { return fate.copies == 0; }
  // Uniform in [0, bound), from the fault's own stream.
  std::uint64_t Draw(std::uint64_t bound);
  std::uint64_t operator()(std::uint64_t bound) { return Draw(bound); }
  // Whether what has the chance numbers[chance], in parts per billion, happens.
  bool Happens(std::size_t chance) { return Ratio{static_cast<std::uint32_t>(numbers[chance])}.Happens(*this); }
  // Uniform from numbers[min] to numbers[max].
  std::int64_t DrawBetween(std::size_t min, std::size_t max) {
    return numbers[min] + static_cast<std::int64_t>(Draw(static_cast<std::uint64_t>(numbers[max] - numbers[min]) + 1));
  }
  // Once for each fault, however many of its interferences lie on the link.
  void Effect() {
    if (*counted_ == name_.subject) return;
    *counted_ = name_.subject;
    ++*effects_;
  }

  void Lose();
  // One copy more, with a delay of its own; a packet has two at most.
  void Duplicate();
  void Delay(core::Duration by);
  // Each copy takes so many times as long, but what is still on its way `until` then arrives.
  void Slow(std::int64_t times, core::TrueTime until);
  // A copy that would arrive between these times arrives at the later one.
  void HoldBetween(core::TrueTime begin, core::TrueTime end);
  // So many bits of each copy flip.
  void Corrupt(std::uint8_t bits);
  // What is under way between both ends now, in both directions, this packet too, is lost.
  void ResetConnection();

 private:
  friend class Network;
  Network& network_;
  core::Chooser* chooser_ = nullptr;
  core::ChoiceName name_;
  std::uint32_t kind_ = 0;
  std::uint64_t* effects_ = nullptr;
  std::optional<std::uint32_t>* counted_ = nullptr;  // the last fault that had an effect on this packet
  MessageCounts* counts_ = nullptr;
};
using EditPacket = void (*)(PacketScope&);

// What one window does to the packets on its links.
struct Interference {
  EditPacket edit = nullptr;
  std::uint32_t kind = 0;   // its effects count for it
  std::uint32_t fault = 0;  // names its draws
  Links links{0};
  std::array<std::int64_t, 4> numbers{};
  std::vector<std::int64_t> memory;  // by link, from Network::Remember on; else empty
  bool wants_sizes = false;
};

class Network {
 public:
  Network() = default;
  // `members` nodes form the cluster, the other nodes are applications.
  Network(const Plan& plan, std::uint32_t members, std::uint32_t nodes, std::uint32_t clients);

  Fate Send(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Chooser& chooser,
            std::vector<std::uint64_t>& effects, std::uint64_t size = 0);

  // Whether Send must be told sizes, in bytes.
  bool needs_sizes() const { return need_sizes_ > 0; }
  // Flips the bits of this copy that its fate says have flipped.
  static void FlipBits(std::uint32_t from, std::uint32_t to, const Fate& fate, std::uint32_t copy,
                       core::Chooser& chooser, std::string& bytes);

  // Partitions may overlap: a link carries again once every cut is mended.
  void Cut(std::uint32_t from, std::uint32_t to, std::uint32_t fault);
  void Mend(std::uint32_t from, std::uint32_t to);

  // What is on this link now never arrives; counted for this kind of fault.
  void KillInFlight(std::uint32_t from, std::uint32_t to, std::uint32_t fault);
  // What is on this link now arrives no earlier than that.
  void HoldInFlight(std::uint32_t from, std::uint32_t to, core::TrueTime until, std::uint32_t fault);

  // Whether Arrive has anything to say.
  bool watches_arrivals() const { return !transits_.empty(); }
  enum class Arrival : std::uint8_t { kArrives, kKilled, kHeld };
  // A packet that was sent as number `number` has come to the end of its link; `*until`: kHeld, when to ask again.
  Arrival Arrive(std::uint32_t from, std::uint32_t to, std::uint32_t number, core::TrueTime now,
                 std::vector<std::uint64_t>& effects, core::TrueTime* until);

  // From now on, until it is removed by the number given here.
  std::uint32_t Add(Interference interference);
  void Remove(std::uint32_t number);
  // Gives the interference one number for each link, 0 at first.
  void Remember(std::uint32_t number) { interferences_[number].memory.resize(std::size_t{endpoints_} * endpoints_); }
  // From now on its packets have sizes.
  void WantSizes(std::uint32_t number);

  std::uint32_t endpoints() const { return endpoints_; }
  std::uint32_t members() const { return members_; }
  std::uint32_t nodes() const { return nodes_; }
  // Members are dealt to the regions in order; applications and clients, each from the first on, in turn.
  std::uint32_t region(std::uint32_t endpoint) const { return region_.empty() ? 0 : region_[endpoint]; }
  std::uint32_t regions() const { return regions_; }
  LinkClass ClassOf(std::uint32_t from, std::uint32_t to) const {
    const std::uint32_t outer = from > to ? from : to;
    if (outer < members_) return LinkClass::kPeer;
    return outer < nodes_ ? LinkClass::kExport : LinkClass::kClient;
  }
  const MessageCounts& counts() const { return counts_; }
  MessageCounts& counts() { return counts_; }

 private:
  friend class PacketScope;
  // What faults have done to a link.
  struct Damage {
    std::uint16_t cuts = 0;    // partitions that cut it
    std::uint16_t cut_by = 0;  // the kind of the last of them
  };
  // What faults have done to the packets on a link.
  struct Transit {
    std::uint32_t killed_before = 0;  // packets with smaller numbers
    std::uint32_t held_before = 0;
    std::uint16_t killed_by = 0;
    std::uint16_t held_by = 0;
    core::TrueTime held_until{};
  };
  // What a link whose plan is more than latency and chances has to remember.
  struct LinkState {
    core::Duration base{-1};   // negative: not drawn yet
    core::Duration delay{-1};  // the last drawn, for the correlation of the next; negative: there was none
    bool in_burst = false;
    core::TrueTime free_at{};             // when the last packet will have left
    std::vector<core::TrueTime> leaving;  // when each of the last `queue` packets leaves, a ring
    std::uint32_t oldest = 0;             // in it
  };
  // Up to so many endpoints each link counts its own packets, so that a packet
  // more on one link leaves the fates of all others alone. Beyond, the table
  // would not fit a cache, and senders count.
  static constexpr std::uint32_t kMostCountedByLink = 256;

  std::size_t LinkIndex(std::uint32_t from, std::uint32_t to) const { return std::size_t{from} * endpoints_ + to; }
  std::uint32_t& PacketsOf(std::uint32_t from, std::uint32_t to) {
    return packets_[endpoints_ <= kMostCountedByLink ? LinkIndex(from, to) : from];
  }
  Damage& DamageOf(std::uint32_t from, std::uint32_t to);
  Transit& TransitOf(std::uint32_t from, std::uint32_t to);
  const LinkPlan& PlanOf(std::uint32_t from, std::uint32_t to) const {
    return plans_[static_cast<std::size_t>(ClassOf(from, to))];
  }
  LinkState& StateOf(std::uint32_t from, std::uint32_t to);
  const LinkState& StateOf(std::uint32_t from, std::uint32_t to) const { return states_[from][to]; }
  bool Advance(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, std::uint32_t number,
               core::Chooser& chooser);
  bool Enqueue(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, core::TrueTime now, std::uint64_t size,
               core::Chooser& chooser, Fate& fate);
  bool Overflows(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, core::TrueTime now, std::uint32_t number,
                 core::Chooser& chooser);
  core::Duration Drawn(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, std::uint64_t copy,
                       core::Chooser& chooser) const;
  core::Duration Delay(const LinkPlan& plan, std::uint32_t from, std::uint32_t to, std::uint64_t copy,
                       core::Chooser& chooser) const;
  void Edit(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Chooser& chooser,
            std::vector<std::uint64_t>& effects, std::uint64_t size, Fate& fate);
  core::Duration InOrder(std::uint32_t from, std::uint32_t to, core::TrueTime now, core::Duration delay);

  void Deal(const std::vector<RegionPlan>& regions);
  void Connect(const std::vector<RegionLink>& links);

  std::array<LinkPlan, 3> plans_;  // by class
  bool has_states_ = false;        // some plan needs them
  std::uint32_t need_sizes_ = 0;   // so many do: plans and faults
  std::uint32_t members_ = 0;
  std::uint32_t nodes_ = 0;
  std::uint32_t endpoints_ = 0;
  std::uint32_t regions_ = 1;
  std::vector<std::uint32_t> region_;           // by endpoint; empty: there is one
  std::vector<Latency> between_regions_;        // by region from, then to; empty: no time at all
  std::vector<std::vector<LinkState>> states_;  // by from, then to; empty where nothing was sent
  std::vector<std::uint32_t> packets_;          // sent so far, by link or by sender: names the decisions
  std::vector<Damage> damage_;                  // by from, then to; empty until a fault does some
  std::vector<Transit> transits_;               // likewise
  std::vector<core::TrueTime> last_arrival_;    // likewise, only if some link is fifo
  std::vector<Interference> interferences_;     // by number; those removed have no edit
  std::vector<std::uint32_t> active_;           // numbers, in the order in which they were added
  MessageCounts counts_;
};

}  // namespace sim
