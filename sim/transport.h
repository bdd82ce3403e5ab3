// Transport: what is under way between endpoints, and its way onto the wire.
//
// The network decides the fate of a packet by its ends alone. Here is what it carries:
// for each copy that will be accepted, the content. A packet is written out as bytes
// only where somebody asks: where its size counts or is counted, or where bits of it flip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "protocols/core/chooser.h"
#include "protocols/core/frame.h"
#include "protocols/core/types.h"
#include "sim/network.h"
#include "sim/physics.h"
#include "sim/slab.h"

namespace sim {

template <class N>
class Transport {
 public:
  struct Packet {
    Packet() = default;
    template <class M>
    Packet(std::uint32_t sender, std::uint32_t number_on_link, M&& content)
        : from(sender), number(number_on_link), message(std::forward<M>(content)) {}
    std::uint32_t from = 0;
    std::uint32_t number = 0;  // see Fate; to itself: its boot
    typename N::Message message;
  };
  struct RequestPacket {
    core::RequestId id;
    std::uint32_t number;
    typename N::Request request;
  };
  struct ReplyPacket {
    core::RequestId id;
    std::uint32_t from;
    std::uint32_t number;
    typename N::Reply reply;
  };

  Slab<Packet> messages;
  Slab<RequestPacket> requests;
  Slab<ReplyPacket> replies;

  // What members have sent one another so far. Counted if it is here.
  struct Traffic {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };
  std::optional<Traffic> between_members;

  std::size_t size() const { return messages.size() + requests.size() + replies.size(); }

  // Calls `carry(delay, number, content)` for each copy that its receiver will accept.
  template <class Content, class Carry>
  void Send(std::uint32_t from, std::uint32_t to, Content&& content, Physics& physics, core::Chooser& chooser,
            Carry&& carry) {
    const bool counted = between_members && physics.network.ClassOf(from, to) == LinkClass::kPeer;
    const std::uint64_t size = counted || physics.network.needs_sizes() ? SizeOf(content) : 0;
    if (counted) Count(size);
    const Fate fate = physics.network.Send(from, to, physics.now, chooser, physics.effects, size);
    if (fate.copies == 0) return;
    if ((fate.flips[0] | fate.flips[1]) != 0) return SendDamaged(from, to, fate, content, physics, chooser, carry);
    if (fate.copies == 2) carry(fate.delay[1], fate.number, Content(content));
    carry(fate.delay[0], fate.number, std::move(content));
  }

 private:
  void Count(std::uint64_t size) {
    ++between_members->messages;
    between_members->bytes += size;
  }

  // Of its content, and the headers of IP and TCP.
  template <class Content>
  std::uint64_t SizeOf(const Content& content) {
    constexpr std::uint64_t kHeaders = 40;
    frame_.clear();
    core::AppendWire(frame_, content);
    return frame_.size() + kHeaders;
  }

  // Each copy goes through the wire, and its checksum is looked at. If damage ever passes
  // it, what the bytes now say is what arrives. A frame that is refused is counted here,
  // since nothing else can happen to it on the way.
  template <class Content, class Carry>
  void SendDamaged(std::uint32_t from, std::uint32_t to, const Fate& fate, const Content& content, Physics& physics,
                   core::Chooser& chooser, Carry& carry) {
    for (std::uint32_t left = fate.copies; left > 0; --left) {
      const std::uint32_t copy = left - 1;
      core::WriteFrame(frame_, content);
      Network::FlipBits(from, to, fate, copy, chooser, frame_);
      Content read{};
      if (core::ReadFrame(frame_, read)) {
        carry(fate.delay[copy], fate.number, std::move(read));
      } else {
        ++physics.network.counts().corrupted;
      }
    }
  }

  std::string frame_;  // bytes of the packet that is being sent, if anybody asks for them
};

}  // namespace sim
