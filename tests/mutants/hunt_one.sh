#!/bin/sh
# Hunts one mutant that is built; tests/mutants/hunt calls it, several at a time.
#
#   hunt_one.sh HUNTERS RESULTS ORDERS SCENARIOS PROTOCOL/NAME
#
# HUNTERS is the folder of the hunters, ORDERS their options as one word, and SCENARIOS those to hunt in, likewise; empty: as
# the mutant asks for. What the hunter prints goes to
# RESULTS/PROTOCOL.NAME; how far the hunters of RESULTS/chosen have come, to standard error.
set -eu
hunters=$1 results=$2 orders=$3 there=$4 mutant=$5
mutants=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
testdata=$mutants/../testdata
. "$mutants/header.sh"
protocol=${mutant%/*} name=${mutant#*/}
patch=$mutants/$mutant.patch
if [ "$name" = nothing ]; then patch=/dev/null; fi

# The control plays every story, and must spoil none.
stories() {
  if [ "$name" = nothing ]; then
    find "$testdata/$protocol" -name '*.txt' | LC_ALL=C sort
  else
    for known in $(names Story "$patch"); do story "$protocol" "$known"; done
  fi
}

# shellcheck disable=SC2086
set -- $orders
for file in $(stories); do set -- "$@" --story "$file"; done
for known in ${there:-$(hunts "$protocol" "$patch")}; do set -- "$@" "$(scenario "$protocol" "$known")"; done
result=$results/$protocol.$name
"$hunters/$mutant" "$@" >"$result.part"
mv "$result.part" "$result"

killers=$(sed -n 's/.* killed_by=\([^ ]*\) .*/\1/p' "$result" | LC_ALL=C sort -u | tr '\n' ' ')
hunted=$(find "$results" -name "*.*" ! -name '*.part' | wc -l)
echo "$hunted of $(wc -l <"$results/chosen"): $name, killed by $killers" >&2
