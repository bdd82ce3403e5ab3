#include "invariants/consistency/search.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace consistency {

Search::Search(const History& history, const Model& model, const std::vector<std::uint32_t>& operations,
               const Options& options)
    : history_(history), options_(options), states_(MakeStates(model, history.values)) {
  MakeItems(operations);
  DealSlots();
  Classify();
}

void Search::MakeItems(const std::vector<std::uint32_t>& operations) {
  const auto returned = [&](std::uint32_t item) { return history_.operations[items_[item].operation].returned; };
  for (const std::uint32_t operation : operations) items_.push_back({.operation = operation, .closes = kNone});
  for (std::uint32_t item = 0; item < items_.size(); ++item) {
    if (returned(item) != kNever) by_return_.push_back(item);
  }
  std::stable_sort(by_return_.begin(), by_return_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return returned(a) < returned(b); });
  for (std::uint32_t p = 0; p < by_return_.size(); ++p) items_[by_return_[p]].closes = p;
  std::uint32_t opens = 0;
  for (Item& item : items_) {  // by call
    const std::int64_t called = history_.operations[item.operation].called;
    while (opens < by_return_.size() && returned(by_return_[opens]) < called) ++opens;
    item.opens = opens;
  }
}

// Whoever returns hands its slot on; who never does has one of its own behind all others, so that
// a bit tells the same operation at every position.
void Search::DealSlots() {
  opening_.assign(by_return_.size() + 2, 0);
  for (const Item& item : items_) ++opening_[item.opens + 1];
  for (std::size_t p = 1; p < opening_.size(); ++p) opening_[p] += opening_[p - 1];
  std::vector<std::uint32_t> free;
  for (std::uint32_t p = 0; p <= by_return_.size(); ++p) {
    for (std::uint32_t i = opening_[p]; i < opening_[p + 1]; ++i) {
      if (items_[i].closes == kNone) {
        unwaited_items_.push_back(i);
      } else if (free.empty()) {
        items_[i].slot = waited_slots_++;
      } else {
        items_[i].slot = free.back();
        free.pop_back();
      }
    }
    if (p < by_return_.size()) free.push_back(items_[by_return_[p]].slot);
  }
  for (std::uint32_t k = 0; k < unwaited_items_.size(); ++k) items_[unwaited_items_[k]].slot = waited_slots_ + k;
  const auto slots = static_cast<std::uint32_t>(waited_slots_ + unwaited_items_.size());
  words_ = std::max(1u, (slots + 63) / 64);
  mask_.assign(words_, 0);
  unwaited_.assign(words_, 0);
  for (std::uint32_t slot = waited_slots_; slot < slots; ++slot) unwaited_[slot / 64] |= Word{1} << (slot % 64);
  in_slot_.assign(waited_slots_, kNone);
}

void Search::Classify() {
  std::map<std::tuple<Function, ValueId, ValueId>, std::uint32_t> effects;
  for (Item& item : items_) {
    const Operation& o = history_.operations[item.operation];
    // The token of an acquisition is part of what it does; nobody knows it if nobody knows the result.
    const ValueId extra = o.function == Function::kAcquire ? o.result : o.expected;
    item.effect = effects.emplace(std::tuple(o.function, o.argument, extra), effects.size()).first->second;
    item.watches = OnlyWatches(o);
  }
  effect_met_.assign(effects.size(), 0);
}

// --- which operations are open -------------------------------------------------

void Search::Forward() {
  in_slot_[items_[by_return_[position_]].slot] = kNone;
  ++position_;
  for (std::uint32_t i = opening_[position_]; i < opening_[position_ + 1]; ++i) {
    if (items_[i].closes == kNone) {
      ++unwaited_open_;
    } else {
      in_slot_[items_[i].slot] = i;
    }
  }
}

void Search::Backward() {
  for (std::uint32_t i = opening_[position_ + 1]; i-- > opening_[position_];) {
    if (items_[i].closes == kNone) {
      --unwaited_open_;
    } else {
      in_slot_[items_[i].slot] = kNone;
    }
  }
  --position_;
  const std::uint32_t item = by_return_[position_];
  in_slot_[items_[item].slot] = item;
}

void Search::MoveTo(std::uint32_t position) {
  while (position_ < position) Forward();
  while (position_ > position) Backward();
}

// --- one configuration -----------------------------------------------------------

// Goes past every return whose operation is done, and does what can be done eagerly.
void Search::Normalise() {
  do {
    while (position_ < by_return_.size() && Done(by_return_[position_])) {
      Unmark(by_return_[position_]);
      Forward();
    }
    if (position_ > furthest_) furthest_ = position_;
  } while (options_.eager && DoEager());
}

// True: the first return is among what was done.
bool Search::DoEager() {
  if (position_ == by_return_.size()) return false;
  for (const std::uint32_t item : in_slot_) {
    if (item == kNone || Done(item) || !items_[item].watches) continue;
    ++steps_;
    if (states_->Step(state_, history_.operations[items_[item].operation]) == state_) Mark(item);
  }
  return Done(by_return_[position_]);
}

// What is tried first. It decides how soon a linearization is found, never whether: the replicas'
// own order where they told it, then who returns first.
bool Search::Precedes(std::uint32_t a, std::uint32_t b) const {
  const Operation& first = history_.operations[items_[a].operation];
  const Operation& second = history_.operations[items_[b].operation];
  if (first.version != 0 && second.version != 0 && first.version != second.version)
    return first.version < second.version;
  return std::pair(items_[a].closes, a) < std::pair(items_[b].closes, b);
}

void Search::FindCandidates() {
  const std::size_t from = candidates_.size();
  for (const std::uint32_t item : in_slot_) {
    if (item != kNone && !Done(item)) candidates_.push_back(item);
  }
  std::sort(candidates_.begin() + static_cast<std::ptrdiff_t>(from), candidates_.end(),
            [this](std::uint32_t a, std::uint32_t b) { return items_[a].closes < items_[b].closes; });
  for (std::uint32_t k = 0; k < unwaited_open_; ++k) {
    if (!Done(unwaited_items_[k])) candidates_.push_back(unwaited_items_[k]);
  }
  // Those that are right now; of those that are alike, the first: they stand in the order of their returns, those that
  // never return last.
  ++round_;
  std::size_t kept = from;
  for (std::size_t i = from; i < candidates_.size(); ++i) {
    const std::uint32_t item = candidates_[i];
    ++steps_;
    if (!states_->Step(state_, history_.operations[items_[item].operation])) continue;
    std::uint64_t& met = effect_met_[items_[item].effect];
    if (options_.symmetry && met == round_) continue;
    met = round_;
    candidates_[kept++] = item;
  }
  candidates_.resize(kept);
  std::sort(candidates_.begin() + static_cast<std::ptrdiff_t>(from), candidates_.end(),
            [this](std::uint32_t a, std::uint32_t b) { return Precedes(a, b); });
}

// --- what has been met -------------------------------------------------------------

std::uint64_t Search::HashOf(const Word* record) const {
  std::uint64_t hash = Mix(11, record[0]);
  for (std::uint32_t w = 0; w < words_; ++w) {
    hash = Mix(hash, options_.dominance ? record[1 + w] & ~unwaited_[w] : record[1 + w]);
  }
  return hash;
}

// False: this configuration, or one at least as good, has been met before.
bool Search::Remember() {
  const std::size_t at = records_.size();
  records_.push_back(Word{position_} << 32 | state_);
  records_.insert(records_.end(), mask_.begin(), mask_.end());
  const Word* fresh = &records_[at];
  const std::uint64_t hash = HashOf(fresh);
  const auto covers = [&](std::uint32_t id) {
    const Word* met = &records_[std::size_t{id} * (1 + words_)];
    if (met[0] != fresh[0]) return false;
    for (std::uint32_t w = 1; w <= words_; ++w) {
      const Word more = met[w] & ~fresh[w], less = fresh[w] & ~met[w];
      if (more != 0 || (less & ~(options_.dominance ? unwaited_[w - 1] : 0)) != 0) return false;
    }
    return true;
  };
  if (memo_.Find(hash, covers, &steps_) != IdTable::kNone) {
    records_.resize(at);
    return false;
  }
  memo_.Add(hash, static_cast<std::uint32_t>(at / (1 + words_)),
            [this](std::uint32_t id) { return HashOf(&records_[std::size_t{id} * (1 + words_)]); });
  return true;
}

void Search::Load(std::uint32_t record) {
  const Word* words = &records_[std::size_t{record} * (1 + words_)];
  MoveTo(static_cast<std::uint32_t>(words[0] >> 32));
  state_ = static_cast<StateId>(words[0]);
  std::copy(words + 1, words + 1 + words_, mask_.begin());
}

std::uint64_t Search::bytes() const {
  return records_.capacity() * sizeof(Word) + memo_.bytes() + states_->bytes() + items_.size() * sizeof(Item) +
         candidates_.capacity() * sizeof(std::uint32_t) + frames_.capacity() * sizeof(Frame) +
         effect_met_.size() * sizeof(std::uint64_t);
}

// --- the search ----------------------------------------------------------------------

Search::Answer Search::Run(std::uint64_t max_steps, std::uint64_t max_bytes) {
  if (by_return_.empty()) return Answer::kFound;
  for (std::uint32_t i = opening_[0]; i < opening_[1]; ++i) {
    if (items_[i].closes == kNone) {
      ++unwaited_open_;
    } else {
      in_slot_[items_[i].slot] = i;
    }
  }
  state_ = states_->Initial();
  const auto enter = [&] {
    Normalise();
    if (position_ == by_return_.size()) return true;
    if (!Remember()) return false;
    const auto record = static_cast<std::uint32_t>(records_.size() / (1 + words_) - 1);
    const auto from = static_cast<std::uint32_t>(candidates_.size());
    FindCandidates();
    frames_.push_back({record, from, from});
    return false;
  };
  if (enter()) return Answer::kFound;
  std::uint64_t turns = 0;
  while (!frames_.empty()) {
    if (steps_ > max_steps) return Answer::kOutOfSteps;
    if ((++turns & 15) == 0 && bytes() > max_bytes) return Answer::kOutOfMemory;
    Frame& frame = frames_.back();
    if (frame.next == candidates_.size()) {
      candidates_.resize(frame.candidates);
      frames_.pop_back();
      continue;
    }
    const std::uint32_t item = candidates_[frame.next++];
    Load(frame.record);
    state_ = *states_->Step(state_, history_.operations[items_[item].operation]);
    Mark(item);
    if (enter()) return Answer::kFound;
  }
  return Answer::kNone;
}

std::vector<std::string> Search::StatesThere(std::size_t most) const {
  std::set<std::string> texts;
  for (std::size_t at = 0; at < records_.size() && texts.size() < most; at += 1 + words_) {
    if (records_[at] >> 32 == furthest_) texts.insert(states_->Text(static_cast<StateId>(records_[at])));
  }
  return {texts.begin(), texts.end()};
}

}  // namespace consistency
