// History: what clients asked, when, and what they were answered. It is all that a
// consistency checker looks at; where it was observed does not matter.
//
// Times only order: an operation precedes another if it returned before the other was
// called, and two that touch overlap. An operation whose outcome nobody knows, because its
// client crashed, gave up waiting or was told so, may still take effect at any later time,
// once or never: it returns at kNever, and so precedes nothing, not even what its own
// process did next.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "invariants/consistency/id_table.h"

namespace consistency {

// A value of a history: its place in `Values`. Equal values have equal ids.
using ValueId = std::uint32_t;
inline constexpr ValueId kNull = 0;

// The values of a history, each kept once: null, integers, strings, and lists of values.
class Values {
 public:
  enum class Kind : std::uint8_t { kNull, kInteger, kString, kList };

  Values();

  ValueId Integer(std::int64_t number);
  ValueId String(std::string_view text);
  ValueId List(std::span<const ValueId> elements);

  Kind kind(ValueId id) const { return contents_[id].kind; }
  std::int64_t integer(ValueId id) const { return contents_[id].integer; }  // of an integer
  const std::string& string(ValueId id) const { return strings_[contents_[id].place]; }
  const std::vector<ValueId>& list(ValueId id) const { return lists_[contents_[id].place]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(contents_.size()); }

  // As JSON writes it: null, 7, "x", [1,2].
  std::string Text(ValueId id) const;

 private:
  struct Content {
    Kind kind{};
    std::uint32_t place{};  // of strings and lists
    std::int64_t integer{};
  };
  template <class Equal, class Add>
  ValueId Intern(std::uint64_t hash, Equal&& equal, Add&& add);

  std::vector<Content> contents_;
  std::vector<std::string> strings_;
  std::vector<std::vector<ValueId>> lists_;
  IdTable table_;
};

// What an operation does; the models say what it means (model.h).
enum class Function : std::uint8_t {
  kRead,     // result: the value; of a set or list, a list
  kWrite,    // argument: the new value
  kCas,      // expected, argument: the new value
  kAppend,   // argument: what is added at the end
  kAdd,      // argument: an element, or what is added to a counter
  kRemove,   // argument: an element
  kEnqueue,  // argument: an element
  kDequeue,  // result: the element, or null: it was empty
  kAcquire,  // result: the fencing token
  kRelease,  // argument: the fencing token
};

enum class Outcome : std::uint8_t {
  kOk,
  // It had no effect. A cas found another value, an acquire or a release did not get its way;
  // any other operation did not happen.
  kFailed,
  kUnknown,
};

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

struct Operation {
  std::uint32_t process{};  // a session: its operations that return do not overlap
  Function function{};
  Outcome outcome{};
  std::uint32_t key{};  // a place in History::keys
  ValueId argument{};
  ValueId expected{};
  ValueId result{};
  std::int64_t called{};
  std::int64_t returned = kNever;  // kNever exactly if the outcome is kUnknown
  std::int32_t replica = -1;       // that served it; -1: not told
  std::uint64_t version = 0;       // of the state that it read or made, counted by the replicas; 0: not told
  std::int64_t called_ns = -1;     // in true time; -1: not told
  std::int64_t returned_ns = -1;
  std::uint32_t line = 0;  // of the file it came from, or its number in the run; names it in explanations
};

// What a replica held for a key when somebody looked, who is no client.
struct Audit {
  std::uint32_t replica{};
  std::uint32_t key{};
  ValueId value{};
  std::int64_t at{};  // as Operation::called
  std::int64_t at_ns = -1;
  std::uint32_t line = 0;
};

struct History {
  std::vector<Operation> operations;  // by `called`; equal ones as they came
  std::vector<Audit> audits;          // by `at`
  std::vector<std::string> keys;
  Values values;
};

// As JSON writes a string.
std::string InQuotes(std::string_view text);

// "read", "write", …
std::string_view NameOf(Function function);

// "write x 7", "read x gave null", "cas x from 1 to 2 failed", "append x 4, outcome unknown".
std::string Text(const History& history, const Operation& operation);

// True: `a` had returned before `b` was called.
inline bool Precedes(const Operation& a, const Operation& b) { return a.returned < b.called; }

}  // namespace consistency
