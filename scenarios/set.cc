#include "scenarios/set.h"

#include <limits>
#include <optional>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "protocols/core/nearest.h"
#include "protocols/core/params.h"

namespace scenarios {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::uint64_t kMostElements = 1000;

// One part of a path: "faults[0]" is {"faults", 0}.
struct Step {
  std::string name;
  std::optional<std::uint64_t> index;
};

absl::Status Bad(std::string problem) { return absl::InvalidArgumentError(std::move(problem)); }

absl::StatusOr<Step> ParseStep(std::string_view text) {
  const std::size_t bracket = text.find('[');
  Step step{std::string(text.substr(0, bracket)), std::nullopt};
  if (bracket == std::string_view::npos) return step;
  const absl::StatusOr<std::uint64_t> index =
      text.ends_with(']') ? core::ParseCount(text.substr(bracket + 1, text.size() - bracket - 2)) : Bad("no ]");
  if (!index.ok() || *index >= kMostElements) return Bad("want an index below 1000 as in \"faults[0]\"");
  step.index = *index;
  return step;
}

const FieldDescriptor* KeyField(const Descriptor& type) { return type.FindFieldByName("key"); }

bool IsMessage(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

// The element at `index`, added if it is one past the last.
absl::StatusOr<Message*> Element(Message& message, const FieldDescriptor& list, std::uint64_t index) {
  const Reflection& reflection = *message.GetReflection();
  const auto size = static_cast<std::uint64_t>(reflection.FieldSize(message, &list));
  if (index > size)
    return Bad(list.name() + " has " + std::to_string(size) + " elements; the next is [" + std::to_string(size) + "]");
  if (index == size) return reflection.AddMessage(&message, &list);
  return reflection.MutableRepeatedMessage(&message, &list, static_cast<int>(index));
}

// The parameter with this key, added if there is none.
Message& ByKey(Message& message, const FieldDescriptor& list, const std::string& key) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* key_field = KeyField(*list.message_type());
  for (int i = 0; i < reflection.FieldSize(message, &list); ++i) {
    Message& element = *reflection.MutableRepeatedMessage(&message, &list, i);
    if (element.GetReflection()->GetString(element, key_field) == key) return element;
  }
  Message& added = *reflection.AddMessage(&message, &list);
  added.GetReflection()->SetString(&added, key_field, key);
  return added;
}

absl::Status SetText(Message& message, const FieldDescriptor& field, const Step& step, const std::string& value) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    reflection.SetString(&message, &field, value);
    return absl::OkStatus();
  }
  if (!step.index) reflection.ClearField(&message, &field);  // the one value replaces them all
  const auto size = static_cast<std::uint64_t>(reflection.FieldSize(message, &field));
  const std::uint64_t index = step.index.value_or(0);
  if (index > size) return Bad(field.name() + " has " + std::to_string(size) + " elements");
  if (index == size) {
    reflection.AddString(&message, &field, value);
  } else {
    reflection.SetRepeatedString(&message, &field, static_cast<int>(index), value);
  }
  return absl::OkStatus();
}

absl::Status SetNumber(Message& message, const FieldDescriptor& field, const std::string& value) {
  const absl::StatusOr<std::uint64_t> number = core::ParseCount(value);
  if (!number.ok()) return number.status();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
    message.GetReflection()->SetUInt64(&message, &field, *number);
    return absl::OkStatus();
  }
  if (*number > std::numeric_limits<std::uint32_t>::max()) return Bad("want a count below 2^32, got \"" + value + "\"");
  message.GetReflection()->SetUInt32(&message, &field, static_cast<std::uint32_t>(*number));
  return absl::OkStatus();
}

absl::Status SetFlag(Message& message, const FieldDescriptor& field, const std::string& value) {
  const absl::StatusOr<bool> flag = core::ParseFlag(value);
  if (!flag.ok()) return flag.status();
  message.GetReflection()->SetBool(&message, &field, *flag);
  return absl::OkStatus();
}

absl::Status SetValue(Message& message, const FieldDescriptor& field, const Step& step, const std::string& value) {
  if (step.index && !field.is_repeated()) return Bad(field.name() + " is not a list");
  if (value.empty() && !step.index) {
    message.GetReflection()->ClearField(&message, &field);
    return absl::OkStatus();
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return SetText(message, field, step, value);
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetFlag(message, field, value);
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return SetNumber(message, field, value);
    default:
      break;
  }
  return Bad("name one field of it: " + field.name() + "." + field.message_type()->field(0)->name());
}

// Goes down one step at a time; `path` is what is left.
absl::Status Descend(Message& message, std::string_view path, const std::string& value) {
  const std::size_t dot = path.find('.');
  const absl::StatusOr<Step> step = ParseStep(path.substr(0, dot));
  if (!step.ok()) return step.status();
  const Descriptor& type = *message.GetDescriptor();
  const FieldDescriptor* field = type.FindFieldByName(step->name);
  if (field == nullptr) {
    return Bad(type.name() + " has no field \"" + step->name + "\"" + core::DidYouMean(step->name, FieldNames(type)));
  }
  if (dot == std::string_view::npos) return SetValue(message, *field, *step, value);
  const std::string_view rest = path.substr(dot + 1);
  if (!IsMessage(*field)) return Bad(step->name + " has no fields of its own");
  if (!field->is_repeated()) {
    if (step->index) return Bad(step->name + " is not a list");
    return Descend(*message.GetReflection()->MutableMessage(&message, field), rest, value);
  }
  if (step->index) {
    const absl::StatusOr<Message*> element = Element(message, *field, *step->index);
    if (!element.ok()) return element.status();
    return Descend(**element, rest, value);
  }
  if (KeyField(*field->message_type()) == nullptr)
    return Bad(step->name + " is a list: say which, " + step->name + "[0]");
  return Descend(ByKey(message, *field, std::string(rest)), "value", value);
}

}  // namespace

absl::Status Set(std::string_view assignment, Message& message, Locations& locations) {
  const std::string option = "--set " + Printable(assignment.substr(0, 200));
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Bad(option + ": want PATH=VALUE as in cluster.nodes=7");
  }
  const std::string_view path = assignment.substr(0, equals);
  const std::string value(assignment.substr(equals + 1));
  if (Printable(value) != value) return Bad(option + ": want UTF-8 text without control characters");
  const absl::Status done = Descend(message, path, value);
  if (!done.ok()) return Bad(option + ": " + Printable(std::string(done.message())));
  locations.where[std::string(path)] = option;
  return absl::OkStatus();
}

}  // namespace scenarios
