// Search: whether the operations on one object have a linearization, by depth-first search
// over configurations.
//
// Wing & Gong, "Testing and Verifying Concurrent Objects" (1993), with the memo of Lowe,
// "Testing for Linearizability" (2017), over another state: returns come in a fixed order, so
// what has been done is told by the position p of the first return whose operation is not yet
// done, and by which of the operations open there are. An operation holds a slot from its call
// to its return, so a configuration is p, a bit for each slot, and the object's state: two
// words where others keep a bit for each operation of the history.
//
// Three reductions, all sound. Eager: an operation that never changes anything and is right now
// may be done now, since it hinders nothing. (A write of the value that is there changes nothing
// now, but may be needed later.) Symmetry: of operations that are alike, whoever returns
// first goes first; exchanging two of them in a linearization gives another one. Dominance: of
// two configurations that differ only in operations nobody waits for, what is possible after
// the one that has used more is possible after the one that has used fewer of them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "invariants/consistency/history.h"
#include "invariants/consistency/judgement.h"
#include "invariants/consistency/model.h"

namespace consistency {

class Search {
 public:
  enum class Answer : std::uint8_t { kFound, kNone, kOutOfSteps, kOutOfMemory };

  // The operations (places in the history), none of which is void, on one object.
  Search(const History& history, const Model& model, const std::vector<std::uint32_t>& operations,
         const Options& options);

  Answer Run(std::uint64_t max_steps, std::uint64_t max_bytes);

  std::uint64_t steps() const { return steps_; }
  std::uint64_t bytes() const;
  // So many returns, in their order, could be explained together with all that came before.
  std::uint32_t furthest() const { return furthest_; }
  // The operation of the first return that could not; only after kNone.
  std::uint32_t unexplained() const { return items_[by_return_[furthest_]].operation; }
  // How the object stood whenever the search got that far, at most `most` states, as texts.
  std::vector<std::string> StatesThere(std::size_t most) const;

 private:
  using Word = std::uint64_t;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // One of the operations, by its call.
  struct Item {
    std::uint32_t operation{};  // in the history
    std::uint32_t opens{};      // the first position at which it is open: returns before its call
    std::uint32_t closes{};     // the position of its return; kNone: never
    std::uint32_t slot{};       // its bit
    std::uint32_t
        effect{};    // equal: the same function with the same arguments; where both are right, so are the results
    bool watches{};  // it never changes anything
  };
  struct Frame {
    std::uint32_t record;      // its configuration
    std::uint32_t next;        // in candidates_
    std::uint32_t candidates;  // where its own begin
  };

  void MakeItems(const std::vector<std::uint32_t>& operations);
  void DealSlots();
  void Classify();

  void MoveTo(std::uint32_t position);
  void Forward();
  void Backward();

  bool Done(std::uint32_t item) const { return (mask_[items_[item].slot / 64] >> (items_[item].slot % 64)) & 1; }
  void Mark(std::uint32_t item) { mask_[items_[item].slot / 64] |= Word{1} << (items_[item].slot % 64); }
  void Unmark(std::uint32_t item) { mask_[items_[item].slot / 64] &= ~(Word{1} << (items_[item].slot % 64)); }

  void Normalise();
  bool DoEager();
  void FindCandidates();
  bool Precedes(std::uint32_t a, std::uint32_t b) const;

  void Load(std::uint32_t record);
  bool Remember();
  std::uint64_t HashOf(const Word* record) const;

  const History& history_;
  const Options& options_;
  std::unique_ptr<States> states_;
  std::vector<Item> items_;
  std::vector<std::uint32_t> by_return_;  // items
  std::vector<std::uint32_t> opening_;    // items that open at position p: from opening_[p] to before opening_[p + 1]
  std::uint32_t waited_slots_ = 0;        // the first slots; those behind belong to operations that never return
  std::uint32_t words_ = 1;               // of a mask
  std::vector<Word> unwaited_;            // the bits of operations that never return

  // The configuration at hand.
  std::uint32_t position_ = 0;
  StateId state_ = 0;
  std::vector<Word> mask_;
  std::vector<std::uint32_t> in_slot_;         // the open item in each slot that is waited for
  std::uint32_t unwaited_open_ = 0;            // so many of unwaited_items_ are open
  std::vector<std::uint32_t> unwaited_items_;  // by call

  std::vector<Frame> frames_;
  std::vector<std::uint32_t> candidates_;
  std::vector<Word> records_;              // configurations: position and state, then the mask
  std::vector<std::uint64_t> effect_met_;  // by effect: the last round of FindCandidates that met it
  std::uint64_t round_ = 0;
  IdTable memo_;
  std::uint64_t steps_ = 0;
  std::uint32_t furthest_ = 0;
};

}  // namespace consistency
