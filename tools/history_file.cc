#include "tools/history_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "protocols/core/nearest.h"
#include "scenarios/text.h"

namespace tools {
namespace {

using consistency::Audit;
using consistency::Function;
using consistency::History;
using consistency::Operation;
using consistency::Outcome;
using consistency::ValueId;
using tracing::JsonReader;
using tracing::JsonWriter;

constexpr std::int64_t kLargestNumber = 0x7FFFFFFF;  // of processes and replicas
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

// ---- Fields ----

enum class Field { kProcess, kF, kKey, kValue, kStart, kEnd, kOk, kReplica, kVersion, kStartNs, kEndNs };
constexpr std::array<std::string_view, 11> kFields{"process", "f",       "key",     "value",    "start", "end",
                                                   "ok",      "replica", "version", "start_ns", "end_ns"};
constexpr std::uint32_t Bit(Field field) { return 1u << static_cast<int>(field); }

constexpr std::uint32_t kFieldsOfAudits = Bit(Field::kF) | Bit(Field::kReplica) | Bit(Field::kKey) |
                                          Bit(Field::kValue) | Bit(Field::kStart) | Bit(Field::kStartNs);

constexpr std::string_view kAudit = "audit";

struct Spelling {
  std::string_view name;
  Function function;
};
constexpr std::array<Spelling, 12> kFunctions{{{"read", Function::kRead},
                                               {"get", Function::kRead},
                                               {"write", Function::kWrite},
                                               {"put", Function::kWrite},
                                               {"cas", Function::kCas},
                                               {"append", Function::kAppend},
                                               {"add", Function::kAdd},
                                               {"remove", Function::kRemove},
                                               {"enqueue", Function::kEnqueue},
                                               {"dequeue", Function::kDequeue},
                                               {"acquire", Function::kAcquire},
                                               {"release", Function::kRelease}}};

// What these do is told by their answer, not by an argument.
bool Answers(Function function) {
  return function == Function::kRead || function == Function::kDequeue || function == Function::kAcquire;
}

// One line as it stands there. What it means depends on `f`, which may come last.
struct Line {
  std::uint32_t given = 0;  // bits of fields
  bool audit = false;
  Function function{};
  std::int64_t process = 0;
  std::string key;
  ValueId value = consistency::kNull;
  bool is_list = false;           // then `elements` are the value
  std::vector<ValueId> elements;  // not interned yet: of a cas they are two values, not one
  std::int64_t start = 0;
  std::optional<std::int64_t> end;
  std::optional<bool> ok;
  std::int64_t replica = -1;
  std::uint64_t version = 0;
  std::int64_t start_ns = -1;
  std::int64_t end_ns = -1;

  bool Has(Field field) const { return (given & Bit(field)) != 0; }
};

class LineReader {
 public:
  LineReader(JsonReader& in, consistency::Values& values) : in_(in), values_(values) {}

  Line Read();

 private:
  void ReadField(Field field);
  void ReadFunction();
  std::string ReadKey();
  void ReadValue();
  ValueId ReadScalar(std::string_view want);
  std::int64_t ReadWithin(std::int64_t least, std::int64_t most, std::string_view want);
  std::int64_t ReadTime();
  std::int64_t ReadNanoseconds();
  bool TakeNull();

  JsonReader& in_;
  consistency::Values& values_;
  Line line_;
};

Line LineReader::Read() {
  in_.BeginObject();
  while (const auto key = in_.NextKey()) {
    const auto known = std::find(kFields.begin(), kFields.end(), *key);
    if (known == kFields.end()) {
      in_.Fail("unknown field" + core::DidYouMean(*key, kFields));
      break;
    }
    const auto field = static_cast<Field>(known - kFields.begin());
    line_.given |= Bit(field);
    ReadField(field);
  }
  in_.Finish();
  return std::move(line_);
}

void LineReader::ReadField(Field field) {
  constexpr std::string_view kNumber = "want a number from 0 to 2147483647";
  switch (field) {
    case Field::kProcess:
      line_.process = ReadWithin(0, kLargestNumber, kNumber);
      return;
    case Field::kF:
      return ReadFunction();
    case Field::kKey:
      line_.key = ReadKey();
      return;
    case Field::kValue:
      return ReadValue();
    case Field::kStart:
      line_.start = ReadTime();
      return;
    case Field::kEnd:
      if (!TakeNull()) line_.end = ReadTime();
      return;
    case Field::kOk:
      if (!TakeNull()) line_.ok = in_.ReadBool();
      return;
    case Field::kReplica:
      line_.replica = ReadWithin(0, kLargestNumber, kNumber);
      return;
    case Field::kVersion:
      line_.version = in_.ReadUint64();
      return;
    case Field::kStartNs:
      line_.start_ns = ReadNanoseconds();
      return;
    case Field::kEndNs:
      line_.end_ns = ReadNanoseconds();
      return;
  }
}

void LineReader::ReadFunction() {
  const std::string name = in_.ReadString();
  if (!in_.ok()) return;
  line_.audit = name == kAudit;
  if (line_.audit) return;
  std::vector<std::string_view> names{kAudit};
  for (const Spelling& spelling : kFunctions) {
    if (spelling.name == name) {
      line_.function = spelling.function;
      return;
    }
    names.push_back(spelling.name);
  }
  in_.Fail(
      "want read, write, cas, append, add, remove, enqueue, dequeue, acquire, release or audit (get and put are "
      "read and write), got " +
      tracing::Quoted(name) + core::DidYouMean(name, names));
}

std::string LineReader::ReadKey() {
  const JsonReader::Kind kind = in_.Peek();
  if (kind == JsonReader::Kind::kString) return in_.ReadString();
  if (kind == JsonReader::Kind::kNumber) return std::to_string(in_.ReadInt64());
  in_.Fail("want a string or an integer; of an object without keys, leave the field out");
  return {};
}

void LineReader::ReadValue() {
  if (in_.Peek() != JsonReader::Kind::kArray) {
    line_.value = ReadScalar("want null, an integer, a string or a list of these");
    return;
  }
  line_.is_list = true;
  in_.BeginArray();
  while (in_.NextElement())
    line_.elements.push_back(ReadScalar("want null, an integer or a string; lists do not nest"));
}

ValueId LineReader::ReadScalar(std::string_view want) {
  switch (in_.Peek()) {
    case JsonReader::Kind::kNull:
      in_.ReadNull();
      return consistency::kNull;
    case JsonReader::Kind::kNumber: {
      const std::int64_t number = in_.ReadInt64();
      return in_.ok() ? values_.Integer(number) : consistency::kNull;
    }
    case JsonReader::Kind::kString: {
      const std::string text = in_.ReadString();
      return in_.ok() ? values_.String(text) : consistency::kNull;
    }
    default:
      in_.Fail(std::string(want));
      return consistency::kNull;
  }
}

std::int64_t LineReader::ReadWithin(std::int64_t least, std::int64_t most, std::string_view want) {
  const std::int64_t number = in_.ReadInt64();
  if (number < least || number > most) in_.Fail(std::string(want) + ", got " + std::to_string(number));
  return number;
}

std::int64_t LineReader::ReadTime() { return ReadWithin(-kLatestTime, kLatestTime, "want a time from -2^62 to 2^62"); }

std::int64_t LineReader::ReadNanoseconds() {
  return ReadWithin(0, kLatestTime, "want nanoseconds from 0 to 2^62, or the field left out");
}

bool LineReader::TakeNull() {
  if (in_.Peek() != JsonReader::Kind::kNull) return false;
  in_.ReadNull();
  return true;
}

// ---- Lines to a history ----

class HistoryReader {
 public:
  HistoryReader(std::string name, const HistoryLimits& limits) : name_(std::move(name)), limits_(limits) {}

  // The next piece of the file, cut anywhere.
  absl::Status Add(std::string_view piece);
  absl::StatusOr<History> Finish();

  std::uint64_t lines() const { return number_; }

 private:
  absl::Status Problem(const std::string& problem) const;
  absl::Status Problem(Field field, const std::string& problem) const;

  absl::Status AddLine(std::string_view text);
  absl::Status AddOperation(Line line);
  absl::Status AddAudit(Line line);
  absl::Status CheckOutcome(const Line& line) const;
  absl::Status CheckValue(const Line& line) const;
  absl::Status CheckGivenUp() const;
  std::uint32_t KeyOf(std::string key);
  ValueId ValueOf(const Line& line);

  const std::string name_;
  const HistoryLimits limits_;
  std::uint64_t bytes_ = 0;
  std::uint64_t number_ = 0;  // of the line being read, from 1
  std::string begun_;         // a line whose end has not come yet
  std::map<std::string, std::uint32_t, std::less<>> keys_;
  std::map<std::uint32_t, std::int64_t> ends_of_unknown_;  // by line: when its client gave up
  History history_;
};

absl::Status HistoryReader::Problem(const std::string& problem) const {
  return absl::InvalidArgumentError(name_ + ":" + std::to_string(number_) + ": " + problem);
}

absl::Status HistoryReader::Problem(Field field, const std::string& problem) const {
  return Problem(std::string(kFields[static_cast<std::size_t>(field)]) + ": " + problem);
}

absl::Status HistoryReader::Add(std::string_view piece) {
  bytes_ += piece.size();
  if (bytes_ > limits_.bytes)
    return absl::InvalidArgumentError(name_ + ": larger than " + std::to_string(limits_.bytes) +
                                      " bytes; judge a part of it");
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view text = piece.substr(0, end);
    if (begun_.size() + text.size() > limits_.line_bytes) {
      ++number_;
      return Problem("longer than " + std::to_string(limits_.line_bytes) + " bytes; want one operation a line");
    }
    if (end == piece.npos || !begun_.empty()) begun_ += text;
    if (end == piece.npos) return absl::OkStatus();
    const absl::Status added = AddLine(begun_.empty() ? text : std::string_view(begun_));
    if (!added.ok()) return added;
    begun_.clear();
    piece.remove_prefix(end + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<History> HistoryReader::Finish() {
  if (const absl::Status last = AddLine(begun_); !last.ok()) {
    const bool whole = begun_.find_last_of('}') == begun_.find_last_not_of(" \t\r");
    if (whole) return last;
    return absl::InvalidArgumentError(std::string(last.message()) + "; the file ends in the middle of this line");
  }
  const auto by_time = [](const auto& a, const auto& b) { return a.called < b.called; };
  if (!std::is_sorted(history_.operations.begin(), history_.operations.end(), by_time))
    std::stable_sort(history_.operations.begin(), history_.operations.end(), by_time);
  std::stable_sort(history_.audits.begin(), history_.audits.end(),
                   [](const Audit& a, const Audit& b) { return a.at < b.at; });
  if (const absl::Status given_up = CheckGivenUp(); !given_up.ok()) return given_up;
  return std::move(history_);
}

absl::Status HistoryReader::AddLine(std::string_view text) {
  ++number_;
  if (text.find_first_not_of(" \t\r") == text.npos) return absl::OkStatus();
  JsonReader in(text, name_, number_);
  Line line = LineReader(in, history_.values).Read();
  if (!in.ok()) return in.status();
  if (history_.operations.size() + history_.audits.size() == limits_.operations)
    return Problem("more than " + std::to_string(limits_.operations) + " operations; judge a part of them");
  if (!line.Has(Field::kF)) return Problem(Field::kF, "missing; want what was done, such as \"read\"");
  const absl::Status added = line.audit ? AddAudit(std::move(line)) : AddOperation(std::move(line));
  if (!added.ok()) return added;
  if (history_.values.size() > limits_.values)
    return Problem("more than " + std::to_string(limits_.values) + " different values; judge a part of them");
  return absl::OkStatus();
}

absl::Status HistoryReader::AddOperation(Line line) {
  if (!line.Has(Field::kProcess)) return Problem(Field::kProcess, "missing; want the number of the client");
  if (!line.Has(Field::kStart)) return Problem(Field::kStart, "missing; want the time of the call");
  if (absl::Status outcome = CheckOutcome(line); !outcome.ok()) return outcome;
  if (absl::Status value = CheckValue(line); !value.ok()) return value;
  Operation operation{.process = static_cast<std::uint32_t>(line.process),
                      .function = line.function,
                      .key = KeyOf(std::move(line.key)),
                      .called = line.start,
                      .replica = static_cast<std::int32_t>(line.replica),
                      .version = line.version,
                      .called_ns = line.start_ns,
                      .line = static_cast<std::uint32_t>(number_)};
  // When somebody gave up waiting says nothing about when the operation takes effect.
  const bool ended = line.end && (line.ok || !line.Has(Field::kOk));
  operation.outcome = !ended ? Outcome::kUnknown : line.ok.value_or(true) ? Outcome::kOk : Outcome::kFailed;
  if (!ended && line.end) ends_of_unknown_[static_cast<std::uint32_t>(number_)] = *line.end;
  if (ended) {
    operation.returned = *line.end;
    operation.returned_ns = line.end_ns;
  }
  if (operation.function == Function::kCas) {
    operation.expected = line.elements[0];
    operation.argument = line.elements[1];
  } else if (!Answers(operation.function)) {
    operation.argument = ValueOf(line);
  } else if (operation.outcome == Outcome::kOk) {
    operation.result = ValueOf(line);
  }
  history_.operations.push_back(operation);
  return absl::OkStatus();
}

absl::Status HistoryReader::CheckOutcome(const Line& line) const {
  if (line.end && *line.end < line.start)
    return Problem(Field::kEnd, std::to_string(*line.end) + " is before start, " + std::to_string(line.start));
  if (line.end_ns >= 0 && line.end_ns < line.start_ns)
    return Problem(Field::kEndNs,
                   std::to_string(line.end_ns) + " is before start_ns, " + std::to_string(line.start_ns));
  if (line.ok && !line.end)
    return Problem(Field::kEnd, std::string("missing or null, but ok is ") + (*line.ok ? "true" : "false") +
                                    "; want the time of the answer, or ok null if there was none");
  return absl::OkStatus();
}

absl::Status HistoryReader::CheckValue(const Line& line) const {
  if (line.function == Function::kCas && (!line.is_list || line.elements.size() != 2))
    return Problem(Field::kValue, "want [expected, new] of a cas");
  if (line.Has(Field::kValue)) return absl::OkStatus();
  const std::string name(consistency::NameOf(line.function));
  if (!Answers(line.function)) return Problem(Field::kValue, "missing; want the argument of the " + name);
  const bool answered = line.end && line.ok.value_or(!line.Has(Field::kOk));
  if (answered) return Problem(Field::kValue, "missing; want what the " + name + " gave, null if there was nothing");
  return absl::OkStatus();
}

absl::Status HistoryReader::AddAudit(Line line) {
  if (const std::uint32_t foreign = line.given & ~kFieldsOfAudits; foreign != 0)
    return Problem(static_cast<Field>(std::countr_zero(foreign)),
                   "an audit has no such field; want replica, key, value, start and start_ns");
  if (!line.Has(Field::kReplica)) return Problem(Field::kReplica, "missing; want the replica that was looked at");
  if (!line.Has(Field::kStart)) return Problem(Field::kStart, "missing; want the time of the look");
  if (!line.Has(Field::kValue)) return Problem(Field::kValue, "missing; want what was seen, null if nothing");
  history_.audits.push_back({.replica = static_cast<std::uint32_t>(line.replica),
                             .key = KeyOf(std::move(line.key)),
                             .value = ValueOf(line),
                             .at = line.start,
                             .at_ns = line.start_ns,
                             .line = static_cast<std::uint32_t>(number_)});
  return absl::OkStatus();
}

std::uint32_t HistoryReader::KeyOf(std::string key) {
  const auto known = keys_.find(key);
  if (known != keys_.end()) return known->second;
  const auto place = static_cast<std::uint32_t>(history_.keys.size());
  history_.keys.push_back(key);
  keys_.emplace(std::move(key), place);
  return place;
}

ValueId HistoryReader::ValueOf(const Line& line) {
  return line.is_list ? history_.values.List(line.elements) : line.value;
}

// A client does one thing after another. Of what returned, the checkers see to it; of what was given up on, only its
// line tells when that was.
absl::Status HistoryReader::CheckGivenUp() const {
  std::map<std::uint32_t, std::pair<std::int64_t, std::uint32_t>> given_up;  // of each process, the last: end, line
  for (const Operation& operation : history_.operations) {
    const auto before = given_up.find(operation.process);
    if (before != given_up.end() && before->second.first > operation.called)
      return absl::InvalidArgumentError(
          name_ + ":" + std::to_string(operation.line) + ": start: process " + std::to_string(operation.process) +
          " called this at " + std::to_string(operation.called) + ", when it had not given up line " +
          std::to_string(before->second.second) + " yet (at " + std::to_string(before->second.first) +
          "); want one operation at a time of each process");
    const auto end = ends_of_unknown_.find(operation.line);
    if (end != ends_of_unknown_.end()) given_up[operation.process] = {end->second, operation.line};
  }
  return absl::OkStatus();
}

// ---- Files ----

struct Closer {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, Closer>;

absl::StatusOr<File> Open(const std::string& path) {
  if (path == "-") return File(stdin);
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  const bool exists = kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::none;
  if (exists && kind != std::filesystem::file_type::regular)
    return absl::InvalidArgumentError(HistoryName(path) + ": want a regular file, or \"-\" for standard input");
  File file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return absl::NotFoundError(HistoryName(path) + ": cannot open: " + std::strerror(errno));
  return file;
}

void WriteLine(const History& history, const Operation& operation, JsonWriter& out) {
  const auto number = [&](std::string_view key, auto value) {
    out.Key(key);
    out.Number(value);
  };
  out.BeginObject();
  number("process", operation.process);
  out.Key("f");
  out.String(consistency::NameOf(operation.function));
  if (const std::string& key = history.keys[operation.key]; !key.empty()) {
    out.Key("key");
    out.String(key);
  }
  WriteValueField(history, operation, out);
  number("start", operation.called);
  out.Key("end");
  const bool unknown = operation.outcome == Outcome::kUnknown;
  unknown ? out.Null() : out.Number(operation.returned);
  out.Key("ok");
  unknown ? out.Null() : out.Bool(operation.outcome == Outcome::kOk);
  if (operation.replica >= 0) number("replica", operation.replica);
  if (operation.version != 0) number("version", operation.version);
  if (operation.called_ns >= 0) number("start_ns", operation.called_ns);
  if (operation.returned_ns >= 0) number("end_ns", operation.returned_ns);
  out.EndObject();
}

void WriteLine(const History& history, const Audit& audit, JsonWriter& out) {
  out.BeginObject();
  out.Key("f");
  out.String(kAudit);
  out.Key("replica");
  out.Number(audit.replica);
  if (const std::string& key = history.keys[audit.key]; !key.empty()) {
    out.Key("key");
    out.String(key);
  }
  out.Key("value");
  WriteValue(history.values, audit.value, out);
  out.Key("start");
  out.Number(audit.at);
  if (audit.at_ns >= 0) {
    out.Key("start_ns");
    out.Number(audit.at_ns);
  }
  out.EndObject();
}

}  // namespace

std::string HistoryName(const std::string& path) { return path == "-" ? "standard input" : scenarios::Printable(path); }

absl::StatusOr<History> ParseHistory(std::string_view text, const std::string& name, const HistoryLimits& limits) {
  HistoryReader reader(HistoryName(name), limits);
  if (absl::Status added = reader.Add(text); !added.ok()) return added;
  return reader.Finish();
}

absl::StatusOr<History> ReadHistory(const std::string& path, const HearLines& hear) {
  absl::StatusOr<File> file = Open(path);
  if (!file.ok()) return file.status();
  HistoryReader reader(HistoryName(path), {});
  std::string piece(kPieceBytes, '\0');
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), file->get())) {
    if (absl::Status added = reader.Add(std::string_view(piece).substr(0, got)); !added.ok()) return added;
    if (hear) hear(reader.lines());
  }
  if (std::ferror(file->get()) != 0)
    return absl::InvalidArgumentError(HistoryName(path) + ": cannot read: " + std::strerror(errno));
  return reader.Finish();
}

std::string PrintHistory(const History& history) {
  std::string text;
  const auto print = [&](const auto& line) {
    JsonWriter out;
    WriteLine(history, line, out);
    text += out.Take() + "\n";
  };
  for (const Operation& operation : history.operations) print(operation);
  for (const Audit& audit : history.audits) print(audit);
  return text;
}

void WriteValue(const consistency::Values& values, ValueId value, JsonWriter& out) {
  using Kind = consistency::Values::Kind;
  switch (values.kind(value)) {
    case Kind::kNull:
      return out.Null();
    case Kind::kInteger:
      return out.Number(values.integer(value));
    case Kind::kString:
      return out.String(values.string(value));
    case Kind::kList:
      break;
  }
  out.BeginArray();
  for (const ValueId element : values.list(value)) WriteValue(values, element, out);
  out.EndArray();
}

void WriteValueField(const History& history, const Operation& operation, JsonWriter& out) {
  const bool answers = Answers(operation.function);
  if (answers && operation.outcome != Outcome::kOk) return;
  out.Key("value");
  if (operation.function != Function::kCas)
    return WriteValue(history.values, answers ? operation.result : operation.argument, out);
  out.BeginArray();
  WriteValue(history.values, operation.expected, out);
  WriteValue(history.values, operation.argument, out);
  out.EndArray();
}

}  // namespace tools
