#include "sim/anchor.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "protocols/core/params.h"

namespace sim {
namespace {

constexpr core::Duration kLongest = std::chrono::hours{24};

std::optional<std::uint32_t> Number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<core::NodeId> Node(std::string_view text) {
  const std::optional<std::uint32_t> number = text.starts_with('n') ? Number(text.substr(1)) : std::nullopt;
  return number ? std::optional(core::NodeId{*number}) : std::nullopt;
}

bool IsName(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

// "n1", or "n2->n4".
bool ReadPlaces(std::string_view text, Anchor& anchor) {
  constexpr std::string_view kArrow = "->";
  const std::size_t arrow = text.find(kArrow);
  anchor.node = Node(arrow == std::string_view::npos ? text : text.substr(arrow + kArrow.size()));
  if (arrow != std::string_view::npos) anchor.from = Node(text.substr(0, arrow));
  return anchor.node && anchor.from.has_value() == (arrow != std::string_view::npos);
}

std::vector<std::string_view> WordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t begin = 0; (begin = text.find_first_not_of(' ', begin)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

bool ReadWord(std::string_view word, Anchor& anchor) {
  if (word.starts_with('#')) {
    const std::optional<std::uint32_t> occurrence = Number(word.substr(1));
    anchor.occurrence = occurrence.value_or(0);
    return anchor.occurrence > 0;
  }
  if (word.starts_with('+')) {
    const absl::StatusOr<core::Duration> after = core::ParseDuration(word.substr(1));
    if (after.ok()) anchor.after = *after;
    return after.ok() && *after <= kLongest;
  }
  return ReadPlaces(word, anchor);
}

}  // namespace

absl::StatusOr<Anchor> ParseAnchor(std::string_view text) {
  const std::vector<std::string_view> words = WordsOf(text);
  Anchor anchor;
  bool understood = !words.empty() && words.size() <= 4 && IsName(words.front());
  for (std::size_t i = 1; understood && i < words.size(); ++i) understood = ReadWord(words[i], anchor);
  if (!understood) {
    return absl::InvalidArgumentError(
        absl::StrCat("want a fact or a message, and where, which and how long after if it matters, as in "
                     "\"LeaderElected n1 #2\" or \"Append n2->n4 #3 +5ms\", got \"",
                     std::string(text), "\""));
  }
  anchor.what = std::string(words.front());
  return anchor;
}

std::string FormatAnchor(const Anchor& anchor) {
  std::string text = anchor.what;
  if (anchor.from) text += " n" + std::to_string(core::Number(*anchor.from)) + "->";
  if (anchor.node) text += (anchor.from ? "n" : " n") + std::to_string(core::Number(*anchor.node));
  if (anchor.occurrence != 1) text += " #" + std::to_string(anchor.occurrence);
  if (anchor.after > core::Duration{}) text += " +" + core::FormatDuration(anchor.after);
  return text;
}

}  // namespace sim
