// Text: reads protobuf text and remembers where every field stood, so that
// whoever finds a value wrong, however much later, can say file, line and
// field: `raft.txtpb:7:12: cluster.network.latency: want …, got …`.
//
// A path names a field as --set does: "cluster.nodes", "faults[0].every",
// "expect.holds[1]". A list of key-value parameters is also addressed by key,
// "cluster.config.election_timeout".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace scenarios {

struct Locations {
  std::string file;
  std::map<std::string, std::string, std::less<>> where;  // path to "raft.txtpb:7:12"

  // Where `path` stands; its nearest enclosing field if it stands nowhere.
  std::string Of(std::string_view path) const;
  // One line: where, path, problem. What a terminal would obey is replaced.
  std::string Error(std::string_view path, std::string_view problem) const;
};

// Replaces control characters, so that a hostile file cannot drive a terminal.
std::string Printable(std::string_view text);

// Parses all of `text` into `message`. Strings must be UTF-8 without control
// characters; an unknown field is an error that names the nearest known one.
absl::Status ParseText(std::string_view text, const std::string& file, google::protobuf::Message& message,
                       Locations& locations);

// Fields in the order of their numbers, one a line.
std::string PrintText(const google::protobuf::Message& message);

}  // namespace scenarios
