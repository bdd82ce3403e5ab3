#include "tests/consistency/notation.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "protocols/core/check.h"

namespace consistency {
namespace {

// What stands between the brackets, and whether an answer follows.
struct Form {
  Function function;
  std::string_view name;
  bool expects = false;
  bool argues = false;
  bool answers = false;
};
constexpr Form kForms[] = {
    {.function = Function::kRead, .name = "r", .answers = true},
    {.function = Function::kWrite, .name = "w", .argues = true},
    {.function = Function::kCas, .name = "cas", .expects = true, .argues = true},
    {.function = Function::kAppend, .name = "append", .argues = true},
    {.function = Function::kAdd, .name = "add", .argues = true},
    {.function = Function::kRemove, .name = "remove", .argues = true},
    {.function = Function::kEnqueue, .name = "enqueue", .argues = true},
    {.function = Function::kDequeue, .name = "dequeue", .answers = true},
    {.function = Function::kAcquire, .name = "acquire", .answers = true},
    {.function = Function::kRelease, .name = "release", .argues = true},
};

// Rounds of operations that were given no times.
constexpr std::int64_t kRound = 10;
constexpr std::int64_t kLasts = 8;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  History Read() {
    do {
      ReadProcess();
    } while (Take('|'));
    if (at_ != text_.size()) Refuse("\"|\" or an operation");
    std::stable_sort(history_.operations.begin(), history_.operations.end(),
                     [](const Operation& a, const Operation& b) { return a.called < b.called; });
    return std::move(history_);
  }

 private:
  void ReadProcess() {
    SkipBlanks();
    if (at_ == text_.size()) return;
    Expect('p');
    const auto process = static_cast<std::uint32_t>(Number());
    Expect(':');
    for (std::int64_t round = 0;; ++round) {
      SkipBlanks();
      if (at_ == text_.size() || text_[at_] == '|') return;
      if (!Take('-')) ReadOperation(process, round * kRound);
    }
  }

  void ReadOperation(std::uint32_t process, std::int64_t at) {
    const Form& form = ReadForm();
    Operation operation{.process = process, .function = form.function, .called = at, .returned = at + kLasts};
    Expect('(');
    operation.key = Key();
    if (form.expects) operation.expected = NextArgument();
    if (form.argues) operation.argument = NextArgument();
    Expect(')');
    operation.outcome = Take('?') ? Outcome::kUnknown : Take('!') ? Outcome::kFailed : Outcome::kOk;
    if (form.answers && operation.outcome == Outcome::kOk) {
      Expect('=');
      operation.result = Value();
    }
    if (Take('@')) {
      operation.called = operation.returned = Number();
      if (Take('-')) operation.returned = Number();
    }
    if (operation.outcome == Outcome::kUnknown) operation.returned = kNever;
    operation.line = static_cast<std::uint32_t>(history_.operations.size() + 1);
    history_.operations.push_back(operation);
  }

  const Form& ReadForm() {
    const std::string_view name = Word();
    for (const Form& form : kForms) {
      if (form.name == name) return form;
    }
    Refuse("an operation");
  }

  std::uint32_t Key() {
    const std::string name(Word());
    const auto known = std::find(history_.keys.begin(), history_.keys.end(), name);
    const auto place = static_cast<std::uint32_t>(known - history_.keys.begin());
    if (known == history_.keys.end()) history_.keys.push_back(name);
    return place;
  }

  ValueId NextArgument() {
    Expect(',');
    return Value();
  }

  ValueId Value() {
    if (Take('[')) return List();
    if (Take('"')) return Quoted();
    if (text_.substr(at_, 4) != "null") return history_.values.Integer(Number());
    at_ += 4;
    return kNull;
  }

  ValueId List() {
    std::vector<ValueId> elements;
    while (!Take(']')) {
      if (!elements.empty()) Expect(',');
      elements.push_back(Value());
    }
    return history_.values.List(elements);
  }

  ValueId Quoted() {
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) Refuse("a quotation mark");
    const std::string_view content = text_.substr(at_, end - at_);
    at_ = end + 1;
    return history_.values.String(content);
  }

  std::int64_t Number() {
    const bool negative = Take('-');
    const std::size_t start = at_;
    std::int64_t number = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') number = 10 * number + (text_[at_++] - '0');
    if (at_ == start) Refuse("a number");
    return negative ? -number : number;
  }

  std::string_view Word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= 'a' && text_[at_] <= 'z') ++at_;
    if (at_ == start) Refuse("a name");
    return text_.substr(start, at_ - start);
  }

  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void Expect(char c) {
    if (!Take(c)) Refuse(std::string{'"', c, '"'});
  }
  void SkipBlanks() {
    while (Take(' ') || Take('\n')) {
    }
  }

  [[noreturn]] void Refuse(const std::string& wanted) const {
    const std::string read(text_.substr(0, at_));
    std::fprintf(stderr, "want %s after: %s\n", wanted.c_str(), read.c_str());
    core::CheckFailed("the notation of a history", __FILE__, __LINE__);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  History history_;
};

std::string ToNotation(const History& history, const Operation& operation) {
  const Form& form = *std::find_if(std::begin(kForms), std::end(kForms),
                                   [&](const Form& each) { return each.function == operation.function; });
  std::string text = std::string(form.name) + "(" + history.keys[operation.key];
  if (form.expects) text += "," + history.values.Text(operation.expected);
  if (form.argues) text += "," + history.values.Text(operation.argument);
  text += ")";
  const std::string called = "@" + std::to_string(operation.called);
  if (operation.outcome == Outcome::kUnknown) return text + "?" + called;
  if (operation.outcome == Outcome::kFailed) text += "!";
  if (form.answers && operation.outcome == Outcome::kOk) text += "=" + history.values.Text(operation.result);
  return text + called + "-" + std::to_string(operation.returned);
}

}  // namespace

History FromNotation(std::string_view text) { return Reader(text).Read(); }

std::string ToNotation(const History& history) {
  std::map<std::uint32_t, std::string> processes;
  for (const Operation& operation : history.operations) {
    processes[operation.process] += " " + ToNotation(history, operation);
  }
  std::string text;
  for (const auto& [process, operations] : processes) {
    text += (text.empty() ? "p" : " | p") + std::to_string(process) + ":" + operations;
  }
  return text;
}

}  // namespace consistency
