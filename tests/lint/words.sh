#!/bin/sh
# Words that have no place where decisions are made: sim/README.md says why of each.
#
#   words.sh TREE
#
# symbols.sh sees through templates and macros what this one cannot; this one sees what
# leaves no symbol behind: floating point, the iteration order of a hash table, a shuffle
# whose algorithm is the library's choice. Comments and strings may say anything.
# shellcheck disable=SC2016
set -eu
cd "$1"

find protocols sim invariants -name '*.h' -o -name '*.cc' | LC_ALL=C sort | xargs awk '
function forbid(pattern, why) {
  if (match(code, "(^|[^A-Za-z0-9_])(" pattern ")")) {
    printf "%s:%d: %s: %s\n", FILENAME, FNR, substr(code, RSTART, RLENGTH), why
    rejected = 1
  }
}

FNR == 1 { in_comment = 0 }
{
  code = $0
  if (in_comment) {
    if (!sub(/^.*\*\//, "", code)) next
    in_comment = 0
  }
  gsub(/\\./, "", code)                       # in character and string literals: an escaped quote ends nothing
  gsub(/"[^"]*"/, "\"\"", code)
  sub(/\/\/.*/, "", code)
  while (match(code, /\/\*/)) {
    rest = substr(code, RSTART + 2)
    code = substr(code, 1, RSTART - 1)
    if (end = index(rest, "*/")) code = code " " substr(rest, end + 2)
    else in_comment = 1
  }

  # OTLP has attributes that are doubles; they are carried, not computed with.
  if (FILENAME !~ /^protocols\/tracing\//) forbid("(float|double)($|[^A-Za-z0-9_])", "integers and ratios only")
  forbid("#[ \t]*include[ \t]*<random>", "draw through Chooser or Env")
  forbid("(system|steady|high_resolution|utc|file)_clock", "time is simulated")
  forbid("(std|absl)::[Hh]ash($|[^A-Za-z0-9_])", "differs by library or by process: use Fingerprint")
  forbid("std::unordered_|absl::(flat|node)_hash_|(flat|node)_hash_(map|set)", "use a sorted container")
  forbid("std::(ranges::)?(shuffle|sample)($|[^A-Za-z0-9_])", "the algorithm is the choice of the library")
  forbid("(Short|Utf8)?DebugString($|[^A-Za-z0-9_])", "later versions add a random prefix: use text.h")
}
END { exit rejected }'
