#include "protocols/tracing/json.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "protocols/tracing/utf8.h"

namespace tracing {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool IsHighSurrogate(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool IsLowSurrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

std::size_t DigitsAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

// The length of the number that `text` begins with (RFC 8259 §6), 0 if none.
std::size_t NumberLength(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = DigitsAt(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return 0;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = DigitsAt(text, at + 1);
    if (fraction == 0) return 0;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t digits_at = at + 1;
    if (digits_at < text.size() && (text[digits_at] == '+' || text[digits_at] == '-')) ++digits_at;
    const std::size_t exponent = DigitsAt(text, digits_at);
    if (exponent == 0) return 0;
    at = digits_at + exponent;
  }
  return at;
}

bool IsNumber(std::string_view text) { return !text.empty() && NumberLength(text) == text.size(); }

// Large enough that anything beyond is out of range whatever the digits are.
constexpr std::int64_t kHugeExponent = std::int64_t{1} << 40;

std::int64_t ParseExponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  for (const char digit : text) exponent = std::min(exponent * 10 + (digit - '0'), kHugeExponent);
  return negative ? -exponent : exponent;
}

// What may be shown to a person of a text that may be anything.
std::string Printable(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string printable;
  for (const char c : text.substr(0, kLongest)) printable += c >= 0x20 && c < 0x7F ? c : '?';
  return printable + (text.size() > kLongest ? "..." : "");
}

bool AppendDigit(int digit, std::uint64_t& value) {
  return !__builtin_mul_overflow(value, std::uint64_t{10}, &value) &&
         !__builtin_add_overflow(value, static_cast<std::uint64_t>(digit), &value);
}

}  // namespace

JsonReader::JsonReader(std::string_view text, std::string_view name, std::size_t first_line, std::size_t max_depth)
    : text_(text), name_(name), first_line_(first_line), max_depth_(max_depth) {}

JsonReader::Kind JsonReader::Peek() {
  SkipBlanks();
  value_at_ = at_;
  if (!ok() || at_ == text_.size()) return Kind::kNothing;
  switch (text_[at_]) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
    case 'f':
      return Kind::kBool;
    case 'n':
      return Kind::kNull;
    default:
      return text_[at_] == '-' || IsDigit(text_[at_]) ? Kind::kNumber : Kind::kNothing;
  }
}

void JsonReader::BeginObject() { Begin('{', '}', "an object"); }
void JsonReader::BeginArray() { Begin('[', ']', "an array"); }

void JsonReader::Begin(char opening, char closing, std::string_view want) {
  Peek();
  if (!ok()) return;
  if (!At(opening)) return FailKind(want);
  if (frames_.size() == max_depth_) return Fail("nested deeper than " + std::to_string(max_depth_) + " levels");
  ++at_;
  frames_.push_back(Frame{closing});
}

std::optional<std::string_view> JsonReader::NextKey() {
  if (!NextItem('}')) return std::nullopt;
  value_at_ = at_;
  if (!At('"')) {
    FailKind("a key in quotes");
    return std::nullopt;
  }
  std::string decoded;
  std::string_view key = RawString(decoded);
  if (!ok()) return std::nullopt;
  if (!decoded.empty()) key = own_keys_.emplace_back(std::move(decoded));
  frames_.back().key = key;
  if (!frames_.back().keys.insert(key).second) {
    Fail("the key is here for the second time; keep one");
    return std::nullopt;
  }
  SkipBlanks();
  if (!Take(':')) {
    FailAt(at_, "want \":\" after the key, got " + NextForHumans());
    return std::nullopt;
  }
  return key;
}

bool JsonReader::RenameKey(std::string name) {
  if (!ok()) return false;
  Frame& frame = frames_.back();
  frame.key = own_keys_.emplace_back(std::move(name));
  if (frame.keys.insert(frame.key).second) return true;
  Fail("the key is here for the second time, in another spelling; keep one");
  return false;
}

bool JsonReader::NextElement() { return NextItem(']'); }

// Steps over "," to the next item or over the closing bracket.
bool JsonReader::NextItem(char closing) {
  if (!ok()) return false;
  SkipBlanks();
  Frame& frame = frames_.back();
  if (At(closing) && frame.closing == closing) {
    ++at_;
    frames_.pop_back();
    return false;
  }
  if (frame.count > 0 && !Take(',')) {
    FailAt(at_, std::string("want \",\" or \"") + closing + "\", got " + NextForHumans());
    return false;
  }
  SkipBlanks();
  ++frame.count;
  return true;
}

void JsonReader::ReadNull() {
  if (Peek() != Kind::kNull) return FailKind("null");
  if (!TakeWord("null")) FailKind("null");
}

bool JsonReader::ReadBool() {
  Peek();
  if (TakeWord("true")) return true;
  if (!TakeWord("false")) FailKind("true or false");
  return false;
}

std::string JsonReader::ReadString() {
  if (Peek() != Kind::kString) {
    FailKind("a string");
    return {};
  }
  std::string decoded;
  const std::string_view raw = RawString(decoded);
  if (!ok()) return {};
  return decoded.empty() ? std::string(raw) : decoded;
}

// Stands at the opening quote. The result is a piece of the text if the string
// has no escapes; else it is `decoded`, which is then not empty.
std::string_view JsonReader::RawString(std::string& decoded) {
  ++at_;
  std::size_t copied = at_;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (static_cast<unsigned char>(text_[at_]) < 0x20) {
      FailAt(at_, "a control character must be escaped");
      return {};
    }
    if (text_[at_] != '\\') {
      const std::size_t length = Utf8Length(text_.substr(at_));
      if (length == 0) {
        FailAt(at_, "not UTF-8");
        return {};
      }
      at_ += length;
      continue;
    }
    decoded.append(text_, copied, at_ - copied);
    DecodeEscape(decoded);
    if (!ok()) return {};
    copied = at_;
  }
  if (at_ == text_.size()) {
    FailAt(value_at_, "the string does not end");
    return {};
  }
  const std::string_view rest = text_.substr(copied, at_ - copied);
  ++at_;
  if (decoded.empty()) return rest;
  decoded += rest;
  return decoded;
}

void JsonReader::DecodeEscape(std::string& decoded) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t escape_at = at_++;
  const char name = at_ < text_.size() ? text_[at_++] : '\0';
  if (const std::size_t i = kNames.find(name); i != kNames.npos) {
    decoded += kMeanings[i];
    return;
  }
  if (name != 'u') return FailAt(escape_at, "unknown escape; want one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
  const std::optional<std::uint32_t> first = FourHexDigits();
  if (!first) return FailAt(escape_at, "want four hexadecimal digits after \\u");
  if (!IsHighSurrogate(*first) && !IsLowSurrogate(*first)) return AppendUtf8(*first, decoded);

  // RFC 8259 §7: above U+FFFF a character is a pair of escapes. A lone half is
  // no character and has no UTF-8 form.
  std::optional<std::uint32_t> second;
  if (IsHighSurrogate(*first) && TakeWord("\\u")) second = FourHexDigits();
  if (!second || !IsLowSurrogate(*second)) return FailAt(escape_at, "a surrogate without its other half");
  AppendUtf8(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00), decoded);
}

std::optional<std::uint32_t> JsonReader::FourHexDigits() {
  if (text_.size() - at_ < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexValue(text_[at_++]);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::string_view JsonReader::NumberToken() {
  const std::size_t length = NumberLength(text_.substr(at_));
  if (length == 0) {
    FailAt(at_, "malformed number");
    return {};
  }
  at_ += length;
  return text_.substr(at_ - length, length);
}

// A number's text, whether it is in quotes or not; unchecked if it is.
std::string_view JsonReader::NumberText(std::string& storage, std::string_view want) {
  const Kind kind = Peek();
  if (kind == Kind::kNumber) return NumberToken();
  if (kind == Kind::kString) {
    storage = ReadString();
    return storage;
  }
  FailKind(want);
  return {};
}

std::optional<JsonReader::Integer> JsonReader::ReadInteger(std::string_view want) {
  std::string storage;
  const std::string_view text = NumberText(storage, want);
  if (!ok()) return std::nullopt;
  const std::optional<Integer> integer = IsNumber(text) ? ParseInteger(text) : std::nullopt;
  if (!integer) Fail("want " + std::string(want) + ", got " + Quoted(text));
  return integer;
}

// The number is digits * 10^shift; it is an integer that fits, or nothing.
std::optional<JsonReader::Integer> JsonReader::ParseInteger(std::string_view number) {
  Integer integer{number.starts_with('-'), 0};
  if (integer.negative) number.remove_prefix(1);
  std::int64_t shift = 0;
  if (const std::size_t e = number.find_first_of("eE"); e != number.npos) {
    shift = ParseExponent(number.substr(e + 1));
    number = number.substr(0, e);
  }
  std::string digits(number);
  if (const std::size_t point = digits.find('.'); point != digits.npos) {
    shift -= static_cast<std::int64_t>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++shift;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return integer;
  if (shift < 0) return std::nullopt;

  for (const char digit : digits) {
    if (!AppendDigit(digit - '0', integer.magnitude)) return std::nullopt;
  }
  for (; shift > 0; --shift) {
    if (!AppendDigit(0, integer.magnitude)) return std::nullopt;
  }
  return integer;
}

std::uint64_t JsonReader::ReadUint64() {
  constexpr std::string_view kWant = "an integer from 0 to 2^64-1";
  const std::optional<Integer> integer = ReadInteger(kWant);
  if (!integer) return 0;
  if (!integer->negative || integer->magnitude == 0) return integer->magnitude;
  Fail("want " + std::string(kWant) + ", got -" + std::to_string(integer->magnitude));
  return 0;
}

std::int64_t JsonReader::ReadInt64() {
  constexpr std::string_view kWant = "an integer from -2^63 to 2^63-1";
  constexpr std::uint64_t kMinimum = std::uint64_t{1} << 63;
  const std::optional<Integer> integer = ReadInteger(kWant);
  if (!integer) return 0;
  if (integer->magnitude > kMinimum || (integer->magnitude == kMinimum && !integer->negative)) {
    Fail("want " + std::string(kWant));
    return 0;
  }
  return static_cast<std::int64_t>(integer->negative ? 0 - integer->magnitude : integer->magnitude);
}

std::int32_t JsonReader::ReadInt32() {
  const std::int64_t value = ReadInt64();
  if (std::in_range<std::int32_t>(value)) return static_cast<std::int32_t>(value);
  Fail("want an integer from -2^31 to 2^31-1, got " + std::to_string(value));
  return 0;
}

std::uint32_t JsonReader::ReadUint32() {
  const std::uint64_t value = ReadUint64();
  if (std::in_range<std::uint32_t>(value)) return static_cast<std::uint32_t>(value);
  Fail("want an integer from 0 to 2^32-1, got " + std::to_string(value));
  return 0;
}

double JsonReader::ReadDouble() {
  std::string storage;
  const std::string_view text = NumberText(storage, "a number");
  if (!ok()) return 0;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  double value = 0;
  const bool read = IsNumber(text) && std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
  if (!read) Fail("want a number that fits a double, got " + Quoted(text));
  return read ? value : 0;
}

void JsonReader::Skip() {
  switch (Peek()) {
    case Kind::kNull:
      return ReadNull();
    case Kind::kBool:
      ReadBool();
      return;
    case Kind::kNumber:
      NumberToken();
      return;
    case Kind::kString: {
      std::string decoded;
      RawString(decoded);
      return;
    }
    case Kind::kArray:
      BeginArray();
      while (NextElement()) Skip();
      return;
    case Kind::kObject:
      BeginObject();
      while (NextKey()) Skip();
      return;
    case Kind::kNothing:
      return FailKind("a value");
  }
}

void JsonReader::Finish() {
  if (!ok()) return;
  SkipBlanks();
  if (at_ < text_.size()) FailAt(at_, "want the end of the text, got " + NextForHumans());
}

void JsonReader::Fail(std::string problem) { FailAt(value_at_, problem); }

void JsonReader::FailKind(std::string_view want) {
  if (ok()) Fail("want " + std::string(want) + ", got " + NextForHumans());
}

void JsonReader::FailAt(std::size_t offset, const std::string& problem) {
  if (!ok()) return;
  const std::string_view before = text_.substr(0, offset);
  const auto newlines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0: the first line
  const std::string path = Path();
  status_ = absl::InvalidArgumentError(name_ + ":" + std::to_string(first_line_ + newlines) + ":" +
                                       std::to_string(offset - line_start + 1) + ": " +
                                       (path.empty() ? "" : path + ": ") + problem);
}

std::string JsonReader::Path() const {
  std::string path;
  for (const Frame& frame : frames_) {
    if (frame.count == 0) break;
    if (frame.closing == ']') {
      path.append("[").append(std::to_string(frame.count - 1)).append("]");
    } else if (!frame.key.empty()) {
      path.append(path.empty() ? "" : ".").append(Printable(frame.key));
    }
  }
  return path;
}

std::string JsonReader::NextForHumans() const {
  if (at_ >= text_.size()) return "the end of the text";
  std::size_t end = at_ + 1;
  while (end < text_.size() && end - at_ < 16 &&
         std::string_view(" \t\r\n,:]}").find(text_[end]) == std::string::npos) {
    ++end;
  }
  return Quoted(text_.substr(at_, end - at_));
}

void JsonReader::SkipBlanks() {
  while (At(' ') || At('\n') || At('\t') || At('\r')) ++at_;
}

bool JsonReader::Take(char c) {
  if (!ok() || !At(c)) return false;
  ++at_;
  return true;
}

bool JsonReader::TakeWord(std::string_view word) {
  if (!ok() || !text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

void JsonWriter::Open(char opening) {
  Separate();
  out_ += opening;
  comma_ = false;
}

void JsonWriter::Close(char closing) {
  out_ += closing;
  comma_ = true;
}

void JsonWriter::Separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

void JsonWriter::Literal(std::string_view text) {
  Separate();
  out_ += text;
}

void JsonWriter::Key(std::string_view key) {
  String(key);
  out_ += ':';
  comma_ = false;
}

void JsonWriter::String(std::string_view utf8) {
  Separate();
  out_ += '"';
  for (const char c : utf8) {
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\t') {
      out_ += "\\t";
    } else if (c == '\r') {
      out_ += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out_ += "\\u00";
      out_ += kHexDigits[static_cast<unsigned char>(c) >> 4];
      out_ += kHexDigits[c & 15];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

void JsonWriter::Bool(bool value) { Literal(value ? "true" : "false"); }

void JsonWriter::Double(double value) {
  if (value != value) return String("NaN");
  if (value > std::numeric_limits<double>::max()) return String("Infinity");
  if (value < std::numeric_limits<double>::lowest()) return String("-Infinity");
  char digits[32];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  Literal(std::string_view(digits, static_cast<std::size_t>(result.ptr - digits)));
}

std::string Quoted(std::string_view text) { return std::string("\"").append(Printable(text)).append("\""); }

}  // namespace tracing
