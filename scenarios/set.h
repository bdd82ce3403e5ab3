// Set: changes one field of a scenario from the command line.
//
//   --set cluster.nodes=7                       a field
//   --set faults[0].every=2s                    of the first fault; one past the last adds one
//   --set cluster.config.election_timeout=1s    a parameter, by its key
//   --set faults=                               nothing after "=": back to the default
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "scenarios/text.h"

namespace scenarios {

// Applies "PATH=VALUE". From then on `locations` blames the option, not the file.
absl::Status Set(std::string_view assignment, google::protobuf::Message& message, Locations& locations);

}  // namespace scenarios
