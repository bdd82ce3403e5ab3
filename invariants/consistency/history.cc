#include "invariants/consistency/history.h"

#include <array>

namespace consistency {
namespace {

std::uint64_t HashBytes(std::string_view bytes) {
  std::uint64_t hash = 2;
  for (const char c : bytes) hash = Mix(hash, static_cast<unsigned char>(c));
  return hash;
}

std::uint64_t HashIds(std::span<const ValueId> ids) {
  std::uint64_t hash = 3;
  for (const ValueId id : ids) hash = Mix(hash, id);
  return hash;
}

std::uint64_t HashInteger(std::int64_t number) { return Mix(1, static_cast<std::uint64_t>(number)); }

}  // namespace

std::string InQuotes(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

Values::Values() { contents_.push_back({Kind::kNull, 0, 0}); }

template <class Equal, class Add>
ValueId Values::Intern(std::uint64_t hash, Equal&& equal, Add&& add) {
  const std::uint32_t known = table_.Find(hash, equal);
  if (known != IdTable::kNone) return known;
  const auto id = static_cast<ValueId>(contents_.size());
  contents_.push_back(add());
  table_.Add(hash, id, [this](std::uint32_t other) {
    const Content& content = contents_[other];
    if (content.kind == Kind::kInteger) return HashInteger(content.integer);
    return content.kind == Kind::kString ? HashBytes(strings_[content.place]) : HashIds(lists_[content.place]);
  });
  return id;
}

ValueId Values::Integer(std::int64_t number) {
  return Intern(
      HashInteger(number),
      [&](ValueId id) { return contents_[id].kind == Kind::kInteger && contents_[id].integer == number; },
      [&] {
        return Content{Kind::kInteger, 0, number};
      });
}

ValueId Values::String(std::string_view text) {
  return Intern(
      HashBytes(text), [&](ValueId id) { return contents_[id].kind == Kind::kString && string(id) == text; },
      [&] {
        strings_.emplace_back(text);
        return Content{Kind::kString, static_cast<std::uint32_t>(strings_.size() - 1), 0};
      });
}

ValueId Values::List(std::span<const ValueId> elements) {
  const auto equal = [&](ValueId id) {
    return contents_[id].kind == Kind::kList &&
           std::equal(elements.begin(), elements.end(), list(id).begin(), list(id).end());
  };
  return Intern(HashIds(elements), equal, [&] {
    lists_.emplace_back(elements.begin(), elements.end());
    return Content{Kind::kList, static_cast<std::uint32_t>(lists_.size() - 1), 0};
  });
}

std::string Values::Text(ValueId id) const {
  switch (kind(id)) {
    case Kind::kNull:
      return "null";
    case Kind::kInteger:
      return std::to_string(integer(id));
    case Kind::kString:
      return InQuotes(string(id));
    case Kind::kList:
      break;
  }
  std::string text = "[";
  for (const ValueId element : list(id)) text += (text.size() > 1 ? "," : "") + Text(element);
  return text + "]";
}

std::string_view NameOf(Function function) {
  static constexpr std::array<std::string_view, 10> kNames{"read",   "write",   "cas",     "append",  "add",
                                                           "remove", "enqueue", "dequeue", "acquire", "release"};
  return kNames[static_cast<std::size_t>(function)];
}

std::string Text(const History& history, const Operation& operation) {
  const Values& values = history.values;
  std::string text(NameOf(operation.function));
  const std::string& key = history.keys[operation.key];
  if (!key.empty()) text += " " + key;
  const bool answers = operation.function == Function::kRead || operation.function == Function::kDequeue ||
                       operation.function == Function::kAcquire;
  if (operation.function == Function::kCas) {
    text += " from " + values.Text(operation.expected) + " to " + values.Text(operation.argument);
  } else if (!answers) {
    text += " " + values.Text(operation.argument);
  }
  if (operation.outcome == Outcome::kUnknown) return text + ", outcome unknown";
  if (operation.outcome == Outcome::kFailed) return text + " failed";
  if (answers) text += " gave " + values.Text(operation.result);
  return text;
}

}  // namespace consistency
