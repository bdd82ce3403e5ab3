// Text: how values read in recordings, golden conversations and test failures.
//
// Derived from the fields: Append{t3 i17 t2 [..] i15}. Strong types label
// themselves: n3, c1, t7, i42. Not a wire format: nothing parses it back except
// the script interpreter, which reads field by field.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "protocols/core/fingerprint.h"
#include "protocols/core/types.h"

namespace core {

// "Append" for raft::NodeOf<KeyValue>::Append; template arguments are left out.
template <class T>
constexpr std::string_view TypeName() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  std::size_t begin = 0, end = name.size();
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (depth == 0 && (c == ';' || c == ']')) {
      end = i;
      break;
    }
    if (c == '<' || c == '(' || c == '{') ++depth;
    if (c == '>' || c == ')' || c == '}') --depth;
    if (depth == 0 && c == ':') begin = i + 1;
  }
  name = name.substr(begin, end - begin);
  return name.substr(0, name.find('<'));
}

namespace internal {

template <class E, E kValue>
constexpr std::string_view EnumeratorName() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("kValue = ") + 9);
  name = name.substr(0, name.find_first_of(";]"));
  return name.substr(name.rfind(':') + 1);
}

// The enumerator without its k, or the number where the value has no name.
template <class E, int kCandidate = 0>
void AppendEnum(std::string& out, E value) {
  if constexpr (kCandidate < 32) {
    if (static_cast<int>(value) != kCandidate) return AppendEnum<E, kCandidate + 1>(out, value);
    constexpr std::string_view name = EnumeratorName<E, static_cast<E>(kCandidate)>();
    if constexpr (name.size() > 1 && name[0] == 'k') {
      out += name.substr(1);
      return;
    }
  }
  out += std::to_string(static_cast<long long>(value));
}

}  // namespace internal

template <class T>
void AppendText(std::string& out, const T& value);

inline void AppendNumber(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}
inline void AppendText(std::string& out, NodeId id) {
  out += 'n';
  AppendNumber(out, Number(id));
}
inline void AppendText(std::string& out, ClientId id) {
  out += 'c';
  AppendNumber(out, Number(id));
}
inline void AppendText(std::string& out, const RequestId& id) {
  AppendText(out, id.client);
  out += '#';
  AppendNumber(out, id.sequence);
}
template <char kLabel>
void AppendText(std::string& out, Ordinal<kLabel> ordinal) {
  out += kLabel;
  AppendNumber(out, ordinal.value);
}
// Seconds with six decimals: 4.120000 s is easier to compare than 4120000000.
void AppendDuration(std::string& out, Duration duration);

// Knows how it reads, for example to show only the size of a large payload.
template <class T>
concept SelfDescribing = requires(const T& t, std::string& out) {
  t.AppendTo(out);
};

template <class T>
void AppendText(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "yes" : "no";
  } else if constexpr (std::is_integral_v<T>) {
    out += std::to_string(value);
  } else if constexpr (std::is_enum_v<T>) {
    internal::AppendEnum(out, value);
  } else if constexpr (std::is_same_v<T, Fingerprint>) {
    out += ToHex(value).substr(0, 8);
  } else if constexpr (SelfDescribing<T>) {
    value.AppendTo(out);
  } else if constexpr (VariantLike<T>) {
    std::visit([&out](const auto& alternative) { AppendText(out, alternative); }, value);
  } else if constexpr (OptionalLike<T>) {
    if (value.has_value()) {
      AppendText(out, *value);
    } else {
      out += '-';
    }
  } else if constexpr (DurationLike<T>) {
    AppendDuration(out, value);
  } else if constexpr (TimePointLike<T>) {
    AppendDuration(out, value.time_since_epoch());
  } else if constexpr (PairLike<T>) {
    AppendText(out, value.first);
    out += ':';
    AppendText(out, value.second);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    out += value;
  } else if constexpr (RangeLike<T>) {
    out += '[';
    const char* separator = "";
    for (const auto& element : value) {
      out += separator;
      AppendText(out, element);
      separator = " ";
    }
    out += ']';
  } else {
    out += TypeName<T>();
    if constexpr ((kFieldCount<T>) != 0) {
      out += '{';
      const char* separator = "";
      ForEachField(value, [&](const auto& field) {
        out += separator;
        AppendText(out, field);
        separator = " ";
      });
      out += '}';
    }
  }
}

template <class T>
std::string Text(const T& value) {
  std::string text;
  AppendText(text, value);
  return text;
}

}  // namespace core
