// Trail: what a run did, event by event, short enough to keep in a seed file.
//
// A mark per event, 16 bits of the digest, finds the first event that differs
// between two runs; the changed fields of the node that acted say in what. The
// fields are found by fields.h and named by names.h, so that a protocol owes this
// nothing. It is recorded only for a run that is to be kept: that run is made a
// second time.
//
// Bounded: marks for the first 20,000 events, changes until their text has 128 KiB.
// Beyond, the digest's ladder says between which two rungs two runs part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/core/fingerprint.h"
#include "protocols/core/names.h"
#include "protocols/core/text.h"
#include "protocols/core/types.h"
#include "sim/report.h"

namespace sim {

namespace internal {

// A struct with several fields is looked into; one with a single field is a unit, and so is what is not a struct.
template <class T>
concept LooksInto = core::Aggregate<T> && !core::RangeLike<T> && !core::SelfFingerprinting<T> &&
                    !core::SelfDescribing<T> && (core::kFieldCount<T> > 1);

// Calls `f(name, field)`: "term" of a node, "substrate.term" of a node within a node.
template <class T, class F>
void ForEachNamedField(const std::string& prefix, const T& value, F&& f) {
  core::WithFields(value, [&](const auto&... fields) {
    [&]<std::size_t... kPlace>(std::index_sequence<kPlace...>) {
      const auto visit = [&](std::string_view name, const auto& field) {
        const std::string path = prefix + std::string(name);
        if constexpr (LooksInto<std::decay_t<decltype(field)>>) {
          ForEachNamedField(path + ".", field, f);
        } else {
          f(path, field);
        }
      };
      (visit(core::kFieldName<T, kPlace>, fields), ...);
    }
    (std::make_index_sequence<core::kFieldCount<T>>());
  });
}

// A value in a few letters. One that is too long keeps a fingerprint and its beginning, or, if it is a list,
// its end, where a log grows.
template <class T>
std::string Brief(const T& value) {
  constexpr std::size_t kLongest = 40, kKept = 28, kDigits = 8;
  const std::string text = core::Text(value);
  if (text.size() <= kLongest) return text;
  const std::string fingerprint = "#" + core::ToHex(core::FingerprintOf(value)).substr(0, kDigits);
  if constexpr (core::RangeLike<T>) {
    return "[..." + text.substr(text.size() - kKept) + fingerprint;
  } else {
    return text.substr(0, kKept) + "..." + fingerprint;
  }
}

}  // namespace internal

// Records one run. Knows the state of every node by the fingerprints of its fields.
template <class N>
class TrailRecorder {
 public:
  explicit TrailRecorder(std::size_t nodes) {
    Fingerprints empty;
    const N nothing{};
    internal::ForEachNamedField(
        "", nothing, [&](const std::string&, const auto& field) { empty.push_back(core::FingerprintOf(field)); });
    known_.assign(nodes, empty);
  }

  // After the start of `world`, and after each of its events.
  template <class World>
  void Note(const World& world) {
    const std::uint64_t event = world.events();
    if (event > Trail::kMostMarks) return;
    if (event > 0) trail_.marks.push_back(static_cast<std::uint16_t>(world.digest().state.Finished().high >> 48));
    if (full_) return;
    const std::size_t before = trail_.changes.size();
    const auto [first, last] = event == 0 ? std::pair<std::uint32_t, std::uint32_t>(0, known_.size()) : world.touched();
    for (std::uint32_t node = first; node < last; ++node) NoteNode(event, world.now(), node, world.hosts()[node].node);
    full_ = bytes_ > Trail::kMostChangeBytes;
    if (full_) {
      trail_.changes.resize(before);  // an event's changes are there as a whole or not at all
    } else {
      trail_.changes_until = event;
    }
  }

  Trail Take() { return std::move(trail_); }

 private:
  using Fingerprints = std::vector<core::Fingerprint>;

  void NoteNode(std::uint64_t event, core::Duration now, std::uint32_t node, const N& state) {
    auto known = known_[node].begin();
    internal::ForEachNamedField("", state, [&](const std::string& name, const auto& field) {
      const core::Fingerprint fingerprint = core::FingerprintOf(field);
      if (*known != fingerprint) {
        *known = fingerprint;
        std::string line = std::to_string(event) + " ";
        core::AppendDuration(line, now);
        line += " " + core::Text(core::NodeId{node}) + " " + name + "=" + internal::Brief(field);
        bytes_ += line.size();
        trail_.changes.push_back(std::move(line));
      }
      ++known;
    });
  }

  std::vector<Fingerprints> known_;  // by node, then by field
  std::size_t bytes_ = 0;
  bool full_ = false;
  Trail trail_;
};

}  // namespace sim
