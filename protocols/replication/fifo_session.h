// FifoSession: what one TCP connection gives, over a network that loses, repeats and
// reorders packets: a number on each message in each direction, taken in order, sent again
// until it is acknowledged, and nothing of an older connection (Postel, RFC 793, §1.5, §3.4).
//
// Who opens a connection names it by its own life and a count, so that its connections are
// in order; a life is durable before anything of it is sent. Who accepts it adds a name of its own,
// since it may forget the connection and the opener not know.
//
// A session is a value and sends nothing: its owner does, also what is overdue. Messages carry a
// `stamp`; a message that carries none may bring `received` too.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "protocols/core/pool.h"

namespace replication {

// Nobody gives the same name twice. The default is nobody's.
struct EndName {
  std::uint32_t life{};
  std::uint32_t count{};
  auto operator<=>(const EndName&) const = default;
  void AppendTo(std::string& out) const { out += std::to_string(life) + '.' + std::to_string(count); }
};
struct Connection {
  EndName opener;
  EndName acceptor;  // the default: not known to the opener yet
  bool operator==(const Connection&) const = default;
  // "2.1~1.3": the first connection of its opener's second life, to the third reign in the other's first.
  void AppendTo(std::string& out) const {
    opener.AppendTo(out);
    out += '~';
    acceptor.AppendTo(out);
  }
};
struct Stamp {
  Connection connection;
  std::uint64_t number{};  // from 1, in each direction
  std::uint64_t ack{};     // everything up to there has come the other way
  // "2.1~1.3 #7 ack 5"
  void AppendTo(std::string& out) const {
    connection.AppendTo(out);
    out += " #" + std::to_string(number) + " ack " + std::to_string(ack);
  }
};

// One end. `Content` is the variant of the messages that travel in it.
template <class Content>
struct FifoSession {
  Connection connection;
  std::uint64_t sent{};                 // the last number given out
  std::uint64_t received{};             // everything up to there was taken
  std::uint64_t overdue{};              // what was sent up to there should have been acknowledged by now
  core::Queue<Content> unacknowledged;  // those before `sent` and it, in order
  // What came before its turn, each in the place of its number: the first is that of received + 1.
  core::Queue<std::optional<Content>> early;

  bool open() const { return connection != Connection{}; }
  std::uint64_t acknowledged() const { return sent - unacknowledged.size(); }

  // The message with its stamp, kept until it is acknowledged.
  template <class M>
  const M& Stamped(M message) {
    message.stamp = {connection, ++sent, received};
    return std::get<M>(unacknowledged.emplace_back(std::move(message)));
  }

  // The other end has everything up to there. One that acknowledges what was not sent is not believed.
  void Acknowledge(std::uint64_t ack) {
    if (ack <= acknowledged() || ack > sent) return;
    for (std::uint64_t count = ack - acknowledged(); count > 0; --count) unacknowledged.pop_front();
  }

  // Whether it is the message's turn now. One that comes too early is kept, a repeated one is not.
  template <class M>
  bool Takes(const M& message) {
    if (message.stamp.number <= received) return false;
    const std::uint64_t place = message.stamp.number - received - 1;
    if (place == 0) {
      Advance();
      return true;
    }
    if (place >= kFarthest) return false;
    if (early.size() <= place) early.resize(place + 1);
    if (!early[place]) early[place].emplace(message);
    return false;
  }
  // What came early and has its turn now.
  std::optional<Content> Next() {
    if (early.empty() || !early.front()) return std::nullopt;
    std::optional<Content> next(std::move(early.front()));
    Advance();
    return next;
  }

  // From time to time, and longer apart than an answer takes: calls `send(message)` with what was under way
  // last time already and has not been acknowledged since, as it would be sent now.
  template <class F>
  void ForEachOverdue(F&& send) {
    for (Content& content : unacknowledged) {
      std::visit(
          [&](auto& message) {
            if (message.stamp.number > overdue) return;
            message.stamp.connection = connection;
            message.stamp.ack = received;
            send(std::as_const(message));
          },
          content);
    }
    overdue = sent;
  }

 private:
  // Messages further ahead are not kept: they come again.
  static constexpr std::uint64_t kFarthest = 1 << 14;

  void Advance() {
    ++received;
    if (!early.empty()) early.pop_front();
  }
};

}  // namespace replication
