// JSON (RFC 8259), read by pulling and written by pushing; no tree in between.
//
// The reader is strict and bounded: UTF-8 only, no comments, no trailing commas,
// no lone surrogates, a limit on nesting, and two equal keys in one object are
// an error. RFC 8259 §4 leaves the meaning of repeated keys open, and readers
// differ, so such a file would be different data to different programs.
// The first error stops everything: later reads return defaults and loops end,
// so the caller looks at status() once, at the end. It names line, column (both
// from 1, the column in bytes) and the path to the value.
//
//   JsonReader in(text, "history.json");
//   in.BeginObject();
//   while (const auto key = in.NextKey()) {
//     if (*key == "name") name = in.ReadString();
//     else in.Skip();
//   }
//   in.Finish();
//   if (!in.ok()) return in.status();
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/status/status.h"

namespace tracing {

class JsonReader {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject, kNothing };

  static constexpr std::size_t kDefaultDepth = 64;

  // `text` must outlive the reader. `first_line` is for a text that is one line
  // of a larger file.
  JsonReader(std::string_view text, std::string_view name, std::size_t first_line = 1,
             std::size_t max_depth = kDefaultDepth);

  // The kind of the next value; kNothing at the end or after an error.
  Kind Peek();

  // Then NextKey() until it returns nothing; read or skip one value after each.
  // The key lives as long as the reader.
  void BeginObject();
  std::optional<std::string_view> NextKey();
  // The key just returned is another spelling of `name`: a repetition of either
  // is a repetition of both, and errors speak of `name`. False after an error.
  bool RenameKey(std::string name);

  // Then NextElement() until it returns false; read or skip one value after each.
  void BeginArray();
  bool NextElement();

  void ReadNull();
  bool ReadBool();
  std::string ReadString();
  // Numbers, also inside a string as ProtoJSON writes 64-bit ones. Integers are
  // exact, "12e3" and "5.0" included: they never pass through a double.
  std::int64_t ReadInt64();
  std::uint64_t ReadUint64();
  std::int32_t ReadInt32();
  std::uint32_t ReadUint32();
  // Also the strings "NaN", "Infinity" and "-Infinity".
  double ReadDouble();

  void Skip();    // one value of any kind
  void Finish();  // only blanks may follow

  // Reports a problem with the value read last, or about to be read.
  void Fail(std::string problem);

  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }

 private:
  struct Frame {
    char closing;            // '}' or ']'
    std::size_t count = 0;   // elements begun
    std::string_view key{};  // current
    absl::btree_set<std::string_view> keys{};
  };
  struct Integer {
    bool negative;
    std::uint64_t magnitude;
  };

  void FailAt(std::size_t offset, const std::string& problem);
  void FailKind(std::string_view want);
  std::string Path() const;
  std::string NextForHumans() const;

  void SkipBlanks();
  bool At(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool Take(char c);
  bool TakeWord(std::string_view word);
  void Begin(char opening, char closing, std::string_view want);
  bool NextItem(char closing);

  std::string_view RawString(std::string& decoded);
  void DecodeEscape(std::string& decoded);
  std::optional<std::uint32_t> FourHexDigits();
  std::string_view NumberToken();
  std::string_view NumberText(std::string& storage, std::string_view want);
  std::optional<Integer> ReadInteger(std::string_view want);
  static std::optional<Integer> ParseInteger(std::string_view number);

  std::string_view text_;
  std::string name_;
  std::size_t first_line_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::size_t value_at_ = 0;  // where the last value began
  std::vector<Frame> frames_;
  std::deque<std::string> own_keys_;  // keys that are not a piece of the text
  absl::Status status_;
};

// Writes JSON without blanks. The caller keeps the order and the nesting right.
class JsonWriter {
 public:
  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void Key(std::string_view key);

  void String(std::string_view utf8);
  void Null() { Literal("null"); }
  void Bool(bool value);
  template <std::integral T>
  void Number(T value) {
    Literal(std::to_string(value));
  }
  // As ProtoJSON does: 64-bit integers do not survive readers that use doubles.
  template <std::integral T>
  void NumberAsString(T value) {
    String(std::to_string(value));
  }
  // The shortest digits that read back as the same double; NaN and the
  // infinities as the strings of ProtoJSON.
  void Double(double value);

  std::string Take() { return std::move(out_); }

 private:
  void Open(char opening);
  void Close(char closing);
  void Literal(std::string_view text);
  void Separate();

  std::string out_;
  bool comma_ = false;  // the next value needs one before it
};

// `text` in quotes, shortened and printable, for messages.
std::string Quoted(std::string_view text);

}  // namespace tracing
