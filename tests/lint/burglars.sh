#!/bin/sh
# Every guard has a burglar: each lint must reject what it is there to reject.
#
#   burglars.sh SYMBOLS NM PLANTED-OBJECT     every class of symbols.sh
#   burglars.sh TEXT SCRATCH-FOLDER           every rule of includes.sh, words.sh and paths.sh
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
missed=0

miss() {
  printf 'not as it should be: %s\n' "$1"
  missed=1
}

symbols() {
  status=0
  found=$("$here/symbols.sh" "$1" "$2") || status=$?
  printf '%s\n' "$found"
  [ "$status" -eq 1 ] || miss "exit status $status"
  for expected in 'clock: std::chrono::_V2::system_clock::now' 'clock: std::chrono::_V2::steady_clock::now' 'clock: time' \
    'clock: absl::.*GetCurrentTimeNanos' 'clock: absl::.*Now' 'libm: pow' 'libm: log' 'libm: sin' 'entropy: std::random_device' \
    'entropy: rand$' 'environment: getenv' 'unordered container: ' 'std::hash: ' 'Abseil hash: '; do
    printf '%s\n' "$found" | grep -q -- "$expected" || miss "passed \"$expected\""
  done
}

fresh_tree() {
  rm -rf "$tree"
  for folder in protocols/core protocols/raft protocols/tracing protocols/consensus protocols/machines protocols/collector \
    protocols/clocks protocols/convergence protocols/dissemination protocols/coordination sim/faults invariants scenarios tools tests; do
    mkdir -p "$tree/$folder"
  done
  echo '#include <CLI/CLI.hpp>' >"$tree/tools/commands.cc"
}

# rejects LINT FILE LINE; accepts LINT FILE LINE
rejects() {
  fresh_tree
  printf '%s\n' "$3" >"$tree/$2"
  if said=$("$here/$1.sh" "$tree" 2>&1); then
    miss "$1 accepts $2: $3"
  else
    case $said in
      *"$2"*) ;;
      *) miss "$1 rejects $2 without naming it: $said" ;;
    esac
  fi
}
accepts() {
  fresh_tree
  printf '%s\n' "$3" >"$tree/$2"
  said=$("$here/$1.sh" "$tree" 2>&1) || miss "$1 rejects $2: $3 ($said)"
}

text() {
  tree=$1

  rejects includes protocols/core/a.h '#include "sim/world.h"'
  rejects includes protocols/core/a.h '#include "protocols/clocks/vector_clock.h"'
  rejects includes protocols/core/a.h '#include <google/protobuf/message.h>'
  rejects includes protocols/clocks/a.h '#include "protocols/consensus/raft.h"'
  rejects includes protocols/dissemination/a.h '#include "protocols/coordination/lock.h"'
  rejects includes protocols/consensus/a.h '#include "protocols/dissemination/gossip.h"'
  rejects includes protocols/consensus/a.h '  #  include "sim/world.h"'
  rejects includes protocols/tracing/a.h '#include "protocols/collector/agent.h"'
  rejects includes protocols/collector/a.h '#include "invariants/verdict.h"'
  rejects includes protocols/raft/a.h '#include "protocols/core/types.h"'
  rejects includes sim/a.h '#include "protocols/consensus/raft.h"'
  rejects includes sim/faults/a.cc '#include "scenarios/scenario.pb.h"'
  rejects includes sim/a.h '#include <google/protobuf/message.h>'
  rejects includes sim/a.h '#include "world.h"'
  rejects includes sim/a.h '#include "gtest/gtest.h"'
  rejects includes invariants/a.h '#include "sim/world.h"'
  rejects includes invariants/a.h '#include "tools/catalog.h"'
  rejects includes scenarios/a.h '#include "protocols/consensus/raft.h"'
  rejects includes scenarios/a.h '#include "tools/catalog.h"'
  rejects includes tools/main.cc '#include <CLI/CLI.hpp>'
  accepts includes protocols/coordination/a.h '#include "protocols/consensus/raft.h"'
  accepts includes protocols/collector/a.h '#include "protocols/tracing/otlp.pb.h"'
  accepts includes protocols/machines/a.h '#include "protocols/tracing/span.h"'
  accepts includes protocols/core/a.h '#include "absl/status/status.h"'
  accepts includes sim/faults/a.cc '#include "sim/fault.h"'
  accepts includes scenarios/a.cc '#include "scenarios/scenario.pb.h"'
  accepts includes tests/a.cc '#include "sim/world.h"'
  accepts includes sim/a.h '#include <vector>'
  accepts includes sim/a.h '// #include "tools/catalog.h"'

  rejects words sim/a.h 'double skew;'
  rejects words protocols/core/a.h 'float f(int);'
  rejects words protocols/consensus/a.h '/* fine */ double x;'
  rejects words invariants/a.cc 'x = static_cast<double>(y);'
  rejects words sim/a.h '#include <random>'
  rejects words sim/a.h 'auto t = std::chrono::steady_clock::now();'
  rejects words sim/a.h 'std::unordered_map<int, int> m;'
  rejects words protocols/clocks/a.h 'absl::flat_hash_map<int, int> m;'
  rejects words sim/a.h 'std::hash<int> h;'
  rejects words sim/a.h 'return absl::Hash<int>()(x);'
  rejects words sim/a.cc 'std::shuffle(a, b, c);'
  rejects words sim/a.cc 's = m.DebugString();'
  accepts words protocols/tracing/a.h 'double value;'
  accepts words sim/a.h '// a double would round'
  accepts words sim/a.h '/* double
   float */ int x;'
  accepts words sim/a.h 'Fail("no double here, \"double\" nor there");'
  accepts words sim/a.h 'int doubled; DoubleSpend double_spend;'
  accepts words sim/a.h "char q = '\"'; // double \""

  # Put together here, or paths.sh would reject this file.
  elsewhere=/root
  rejects paths tools/a.sh "cp ${elsewhere}/x ."
  rejects paths scenarios/a.txtpb "traces: \"${elsewhere}/x\""
  accepts paths tools/a.sh 'ls src/root/x ~/root/x /rooted/x'
  rm -rf "$tree"
}

case $1 in
  SYMBOLS) symbols "$2" "$3" ;;
  TEXT) text "$2" ;;
esac
exit "$missed"
