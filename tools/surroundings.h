// Surroundings: a process in conditions that must not matter to a run.
//
// What breaks determinism in practice is an address that became an order, memory
// that was read before it was written, a locale, an environment, a processor's
// feature. Each way changes one of them; the run must not notice.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tools {

struct Way {
  std::string name;
  std::vector<std::string> set{};  // NAME=VALUE, over the caller's environment
  bool empty_environment = false;  // nothing but `set`
  bool fixed_addresses = false;    // no address randomisation
  std::string folder{};            // to start in; empty: the caller's
};

// The first is the caller's own surroundings.
std::vector<Way> Ways();

struct ChildResult {
  std::string out;  // standard output; standard error is the caller's
  int code = 0;     // 128 + the signal that ended it, if one did
};

// Runs `program` with `arguments` and waits. kFailedPrecondition: this machine does not allow that way.
absl::StatusOr<ChildResult> RunChild(const std::string& program, const std::vector<std::string>& arguments,
                                     const Way& way);

// The running program, however it was called.
std::string OwnProgram();

}  // namespace tools
