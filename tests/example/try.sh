#!/bin/sh
# Builds the example against an installed faultline, and does with it what its README says.
#
#   try.sh BUILD      BUILD is the folder of a build of faultline
set -eu
build=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $1" >&2
  exit 1
}
# says TEXT FILE
says() { grep -q -- "$1" "$2" || fail "want \"$1\" in: $(cat "$2")"; }

cmake --install "$build" --prefix "$work/installed" >"$work/install.log" || fail "$(cat "$work/install.log")"
cp -r "$here" "$work/example"
cd "$work/example"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/installed" >"$work/log" ||
  fail "$(cat "$work/log")"
cmake --build build >"$work/log" || fail "$(tail -40 "$work/log")"

# Our own protocols are there, and so is the stranger.
build/ledger list protocols >"$work/out"
says '^raft' "$work/out"
says '^ledger' "$work/out"
build/ledger list invariants >"$work/out"
says '^never-goes-back' "$work/out"

# Found, shrunk and explained by three commands.
code=0
build/ledger fuzz ledger.txtpb --runs 200 --progress never >"$work/out" || code=$?
[ "$code" = 1 ] || fail "fuzz gave $code: $(cat "$work/out")"
says 'VIOLATED  never-goes-back' "$work/out"
build/ledger explain found/latest/smallest.seed >"$work/out" || fail "explain: $(cat "$work/out")"
says 'fault crash begins' "$work/out"
says 'after it had been at' "$work/out"
says 'necessary' "$work/out"
build/ledger replay found/violations >"$work/out" || fail "replay: $(cat "$work/out")"
says 'REPRODUCED' "$work/out"

# The property fails too, and what it prints is a seed file.
code=0
RC_PARAMS='seed=20260101' build/ledger_properties >"$work/out" 2>&1 || code=$?
[ "$code" = 1 ] || fail "the property gave $code: $(cat "$work/out")"
says 'never-goes-back' "$work/out"
says '# faultline replay' "$work/out"

# Without the bug all of it holds.
sed -i 's/^    number = m.number;.*/    Replay(Raised{m.number}); env.Write(Raised{m.number});/' ledger.h
cmake --build build >"$work/log" || fail "$(tail -40 "$work/log")"
build/ledger replay found/violations --expect holds >"$work/out" || fail "after the repair: $(cat "$work/out")"
build/ledger fuzz ledger.txtpb --runs 200 --corpus clean --progress never >"$work/out" || fail "$(cat "$work/out")"
RC_PARAMS='seed=20260101' build/ledger_properties >"$work/out" 2>&1 || fail "$(cat "$work/out")"
