#!/bin/sh
# Who may include whom: the table of protocols/README.md, read off the #include lines.
#
#   includes.sh TREE
#
# The folders are layers only as long as nobody takes a short cut; a short cut compiles.
# shellcheck disable=SC2016
set -eu
cd "$1"

# tests/example is another project's tree.
find protocols sim invariants scenarios tools tests \( -name '*.h' -o -name '*.cc' \) ! -path 'tests/example/*' | LC_ALL=C sort | xargs awk '
BEGIN {
  # A folder, then what it may include besides itself. Families stand lowest first.
  may["protocols/core"] = "absl"
  may["protocols/clocks"] = "absl protocols/core protocols/machines"
  may["protocols/tracing"] = "absl protocols/core protobuf otlp"
  may["protocols/machines"] = "absl protocols/core protocols/tracing"
  may["protocols/replication"] = "absl protocols/core protocols/machines"
  may["protocols/consensus"] = "absl protocols/core protocols/machines protocols/replication protocols/clocks"
  may["protocols/convergence"] = "absl protocols/core protocols/machines protocols/clocks protocols/replication" \
                                 " protocols/tracing"
  may["protocols/dissemination"] = "absl protocols/core protocols/machines protocols/clocks protocols/convergence" \
                                   " protocols/replication"
  may["protocols/coordination"] = "absl protocols/core protocols/machines protocols/clocks protocols/consensus" \
                                  " protocols/dissemination"
  may["protocols/collector"] = "absl protocols/core protocols/machines protocols/clocks protocols/consensus" \
                               " protocols/dissemination protocols/tracing protobuf otlp"
  may["sim"] = "absl protocols/core"
  may["invariants"] = "absl protocols/core"
  may["scenarios"] = "absl protocols/core sim protobuf"
  may["tools"] = "everything"
  may["tests"] = "everything"
}

function folder(path,  parts) {
  split(path, parts, "/")
  return parts[1] == "protocols" ? parts[1] "/" parts[2] : parts[1]
}

# What an include line asks for: a folder of ours, a library, "standard", or "" if we cannot tell.
function wanted(target, quoted) {
  if (target ~ /^absl\//) return "absl"
  if (target ~ /^google\/protobuf\//) return "protobuf"
  if (target == "CLI/CLI.hpp") return "CLI11"
  if (target ~ /^(gtest|gmock|rapidcheck|benchmark)(\/|\.h$)/) return "test libraries"
  if (target ~ /^protocols\/tracing\/.*\.pb\.h$/) return "otlp"
  if (target ~ /^(protocols\/[a-z_]+|sim|invariants|scenarios|tools|tests)\//) return folder(target)
  return quoted ? "" : "standard"
}

function reject(why) {
  printf "%s:%d: %s\n", FILENAME, FNR, why
  rejected = 1
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  target = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*/, "", target)
  quoted = substr(target, 1, 1) == "\""
  sub(/^[<"]/, "", target)
  sub(/[>"].*$/, "", target)
  from = folder(FILENAME)
  to = wanted(target, quoted)
  if (target == "CLI/CLI.hpp") cli[++clis] = FILENAME

  if (!(from in may)) reject(from "/ is not in the table of tests/lint/includes.sh: say what it may include")
  else if (to == "") reject("\"" target "\": write the path from the root of the repository")
  else if (may[from] != "everything" && to != from && to != "standard" && index(" " may[from] " ", " " to " ") == 0)
    reject(from "/ must not include " target)
}

END {
  # It takes 6 to 10 s to compile.
  for (i = 2; i <= clis; ++i) {
    printf "%s: CLI/CLI.hpp is included by %s already, and one file is enough\n", cli[i], cli[1]
    rejected = 1
  }
  if (clis == 0) {
    print "no file includes CLI/CLI.hpp: this lint looks in the wrong place"
    rejected = 1
  }
  exit rejected
}'
