#include "scenarios/text.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"
#include "protocols/core/nearest.h"

namespace scenarios {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// How many bytes the UTF-8 sequence at the start of `text` has; 0: it is none.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
  const bool beyond = (byte(0) == 0xED && byte(1) >= 0xA0) || (byte(0) == 0xF4 && byte(1) >= 0x90);
  return overlong || beyond ? 0 : length;
}

bool IsPlainText(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 0 || IsControl(text[0])) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string At(const std::string& file, int line, int column) {
  return file + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1);
}

// The n-th text in quotes.
std::optional<std::string> Quoted(std::string_view message, int n) {
  std::size_t begin = 0;
  for (int quote = 0; quote < 2 * n + 1; ++quote) {
    begin = message.find('"', begin);
    if (begin == std::string_view::npos) return std::nullopt;
    ++begin;
  }
  const std::size_t end = message.find('"', begin);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(message.substr(begin, end - begin));
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

// The unknown field of Protobuf's `Message type "faultline.scenarios.Link" has
// no field named "latncy".`, if that is what the message says.
struct UnknownField {
  std::string name;
  const Descriptor* type;
};
std::optional<UnknownField> ParseUnknownField(const std::string& message, const Descriptor& root) {
  if (message.find("has no field named") == std::string::npos) return std::nullopt;
  const std::optional<std::string> type = Quoted(message, 0);
  const std::optional<std::string> field = Quoted(message, 1);
  const Descriptor* known = type ? root.file()->pool()->FindMessageTypeByName(*type) : nullptr;
  if (known == nullptr || !field) return std::nullopt;
  return UnknownField{*field, known};
}

// Where `name` begins in this line, at or before `column`: the parser has gone past it.
int ColumnOf(std::string_view text, int line, int column, const std::string& name) {
  std::size_t begin = 0;
  for (; line > 0 && begin != std::string_view::npos; --line) begin = text.find('\n', begin) + 1;
  const std::size_t at = text.substr(begin, static_cast<std::size_t>(column)).rfind(name);
  return at == std::string_view::npos ? column : static_cast<int>(at);
}

// Keeps the first error; what follows is often its echo.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  FirstError(std::string_view text, const std::string& file, const Descriptor& root)
      : text_(text), file_(file), root_(root) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (!error_.empty()) return;
    const std::optional<UnknownField> unknown = ParseUnknownField(message, root_);
    if (!unknown) {
      error_ = Printable(At(file_, line, column) + ": " + message);
      return;
    }
    error_ = Printable(At(file_, line, ColumnOf(text_, line, column, unknown->name)) + ": " + unknown->name + ": " +
                       unknown->type->name() + " has no such field" +
                       core::DidYouMean(unknown->name, FieldNames(*unknown->type)));
  }
  const std::string& error() const { return error_; }

 private:
  const std::string_view text_;
  const std::string& file_;
  const Descriptor& root_;
  std::string error_;
};

// Walks the message beside the tree of its locations.
class Walk {
 public:
  explicit Walk(Locations& locations) : locations_(locations) {}

  void Visit(const Message& message, const TextFormat::ParseInfoTree& tree, const std::string& prefix) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) VisitValue(message, tree, prefix, *field, field->is_repeated() ? i : -1);
    }
  }
  const std::string& problem() const { return problem_; }

 private:
  void VisitValue(const Message& message, const TextFormat::ParseInfoTree& tree, const std::string& prefix,
                  const FieldDescriptor& field, int index) {
    std::string path = prefix + field.name();
    if (index >= 0) path += "[" + std::to_string(index) + "]";
    const TextFormat::ParseLocation at = tree.GetLocation(&field, index);
    locations_.where[path] = At(locations_.file, at.line, at.column);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) CheckText(message, path, field, index);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const Message& inner = index < 0 ? message.GetReflection()->GetMessage(message, &field)
                                     : message.GetReflection()->GetRepeatedMessage(message, &field, index);
    NameByKey(inner, prefix + field.name(), path);
    const TextFormat::ParseInfoTree* nested = tree.GetTreeForNested(&field, index);
    if (nested != nullptr) Visit(inner, *nested, path + ".");
  }

  void CheckText(const Message& message, const std::string& path, const FieldDescriptor& field, int index) {
    if (field.type() == FieldDescriptor::TYPE_BYTES) return;
    std::string storage;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    const std::string& text = index < 0 ? reflection.GetStringReference(message, &field, &storage)
                                        : reflection.GetRepeatedStringReference(message, &field, index, &storage);
    if (problem_.empty() && !IsPlainText(text)) {
      problem_ = locations_.Error(path, "want UTF-8 text without control characters");
    }
  }

  void NameByKey(const Message& inner, const std::string& list, const std::string& path) {
    const FieldDescriptor* key = inner.GetDescriptor()->FindFieldByName("key");
    if (key == nullptr) return;
    const std::string by_key = list + "." + inner.GetReflection()->GetString(inner, key);
    locations_.where.emplace(by_key, locations_.where[path]);
  }

  Locations& locations_;
  std::string problem_;
};

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    out += length == 0 || IsControl(text[0]) ? std::string("?") : std::string(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string Locations::Of(std::string_view path) const {
  while (true) {
    const auto found = where.find(path);
    if (found != where.end()) return found->second;
    const std::size_t end = path.find_last_of(".[");
    if (end == std::string_view::npos) return file;
    path = path.substr(0, end);
  }
}

std::string Locations::Error(std::string_view path, std::string_view problem) const {
  return Printable(Of(path) + ": " + std::string(path) + ": " + std::string(problem));
}

absl::Status ParseText(std::string_view text, const std::string& file, Message& message, Locations& locations) {
  constexpr int kDeepest = 16;
  locations.file = file;
  FirstError errors(text, file, *message.GetDescriptor());
  TextFormat::ParseInfoTree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(&tree);
  parser.SetRecursionLimit(kDeepest);
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  const bool parsed = parser.Parse(&stream, &message);
  if (!errors.error().empty()) return absl::InvalidArgumentError(errors.error());
  if (!parsed) return absl::InvalidArgumentError(file + ": not protobuf text");
  Walk walk(locations);
  walk.Visit(message, tree, "");
  if (!walk.problem().empty()) return absl::InvalidArgumentError(walk.problem());
  return absl::OkStatus();
}

std::string PrintText(const Message& message) {
  std::string text;
  TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintToString(message, &text);
  return text;
}

}  // namespace scenarios
