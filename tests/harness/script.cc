#include "tests/harness/script.h"

#include "absl/strings/str_cat.h"

namespace harness {

Line::Line(std::string_view text) {
  std::istringstream in{std::string(text)};
  for (std::string word; in >> word;) words_.push_back(word);
}

bool Line::Next(std::string_view expected) {
  if (words_.empty() || words_.front() != expected) return false;
  words_.pop_front();
  return true;
}

std::string Line::Word(std::string_view wanted) {
  if (words_.empty()) Refuse("want " + std::string(wanted) + " here");
  if (words_.empty()) return {};
  std::string word = std::move(words_.front());
  words_.pop_front();
  return word;
}

std::uint64_t Line::Count(std::string_view wanted) {
  const std::string word = Word(wanted);
  const auto count = core::ParseCount(word);
  if (!count.ok()) Refuse("want " + std::string(wanted) + ", got \"" + word + "\"");
  return count.ok() ? *count : 0;
}

std::uint64_t Line::Labelled(char label, std::string_view wanted) {
  const std::string word = Word(wanted);
  const auto count = core::ParseCount(std::string_view(word).substr(word.empty() ? 0 : 1));
  if (word.empty() || word[0] != label || !count.ok()) {
    Refuse("want " + std::string(wanted) + ", got \"" + word + "\"");
    return 0;
  }
  return *count;
}

std::string Line::Rest() {
  std::string rest;
  for (const std::string& word : words_) rest += (rest.empty() ? "" : " ") + word;
  words_.clear();
  return rest;
}

void Line::Refuse(std::string mistake) {
  if (mistake_.empty()) mistake_ = std::move(mistake);
  words_.clear();
}

absl::Status Line::Mistake() const {
  if (!mistake_.empty()) return absl::InvalidArgumentError(mistake_);
  if (!words_.empty()) return absl::InvalidArgumentError("too many words: \"" + words_.front() + "\"");
  return absl::OkStatus();
}

Link ParseLink(Line& line) {
  const std::string word = line.Word("a link such as n0->n1");
  const std::size_t arrow = word.find("->");
  if (arrow == std::string::npos) {
    line.Refuse("want a link such as n0->n1, got \"" + word + "\"");
    return {};
  }
  const auto end = [&line](const std::string& name) -> std::optional<core::NodeId> {
    if (name == "*") return std::nullopt;
    Line alone(name);
    const core::NodeId node{static_cast<std::uint32_t>(alone.Labelled('n', "a node such as n1"))};
    if (const absl::Status mistake = alone.Mistake(); !mistake.ok()) line.Refuse(std::string(mistake.message()));
    return node;
  };
  return {end(word.substr(0, arrow)), end(word.substr(arrow + 2))};
}

std::uint64_t Scripted::Choose(const core::ChoiceName& name, std::uint64_t bound) {
  const std::string who = core::Text(core::NodeId{name.subject});
  if (answers.empty()) {
    mistake = who + " draws a number below " + std::to_string(bound) + ": `choose` one first";
    return 0;
  }
  const std::uint64_t answer = answers.front();
  answers.pop_front();
  if (answer < bound) return answer;
  mistake = who + " draws a number below " + std::to_string(bound) + ", the script chose " + std::to_string(answer);
  return 0;
}

absl::StatusOr<std::string> Play(std::string_view file, std::string_view text, Interpreter& interpreter) {
  std::istringstream in{std::string(text)};
  std::string played, done;
  bool said = true;  // not yet the part below `----`
  int number = 0;
  const auto at = [&](const absl::Status& status) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(file), ":", number, ": ", status.message()));
  };
  const auto finish_exchange = [&] {
    if (!done.empty()) played += "----\n" + done;
    done.clear();
    said = true;
  };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) {
      finish_exchange();
      played += '\n';
    } else if (line == "----") {
      said = false;
    } else if (said) {
      played += line + '\n';
      if (line[0] == '#') continue;
      auto answer = interpreter.Say(line);
      if (!answer.ok()) return at(answer.status());
      done += *answer;
    }
  }
  finish_exchange();
  if (const absl::Status status = interpreter.End(); !status.ok()) return at(status);
  return played;
}

}  // namespace harness
