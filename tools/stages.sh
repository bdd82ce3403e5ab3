# One line per stage on standard error, and movement while a stage works.
#
# Sourced by the scripts of this folder, which set $root, the repository, first. A stage
# that takes minutes must not look like one that hangs: on a terminal one line is rewritten
# with what the log says last, elsewhere a line comes every 30 s, so that no job is killed
# for its silence.

logs="$root/build/log"
failure=3                                     # "could not run" in the command line's contract

say() { printf '%s\n' "$*" >&2; }

on_terminal() { [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; }

# begin "[2/3] " build
begin() {
  label=$1 name=$2 since=$(date +%s)
  if ! mkdir -p "$logs" 2>/dev/null || ! [ -w "$logs" ]; then
    say "$label$name: cannot write $logs (user $(id -un)): make it yours, or copy the tree to a folder that is"
    exit "$failure"
  fi
}

line() { printf '%s%-12s%-52.52s%5d s' "$label" "$name" "$1" $(($(date +%s) - since)) >&2; }

finish() {
  if on_terminal; then printf '\r\033[K' >&2; fi
  line "$1"
  printf '\n' >&2
}

# fail WHAT LOG [ADVICE]: ends the script
fail() {
  finish "$1"
  say "the last lines of $2:"
  tail -n 30 "$2" | sed 's/^/  | /' >&2
  if [ $# -gt 2 ]; then say "$3"; fi
  exit "$failure"
}

move() {
  exec 9>&-
  seconds=0
  while :; do
    if on_terminal; then
      { sleep 0.2 || sleep 1; } >/dev/null 2>&1
    else
      sleep 1 >/dev/null 2>&1
      seconds=$((seconds + 1))
      if [ $((seconds % 30)) -ne 0 ]; then continue; fi
    fi
    last=$(tail -n 1 "$1" 2>/dev/null | tr -d '\000-\037\200-\377')
    if on_terminal; then printf '\r\033[K' >&2; fi
    line "$last"
    if ! on_terminal; then printf '\n' >&2; fi
  done
}

# work LOG COMMAND…: runs the command, all it prints goes to the log
work() {
  log=$1
  shift
  move "$log" &
  mover=$!
  trap 'kill "$mover" 2>/dev/null; say ""; exit 130' INT
  trap 'kill "$mover" 2>/dev/null; exit 143' TERM
  status=0
  "$@" >>"$log" 2>&1 </dev/null 9>&- || status=$?
  kill "$mover" 2>/dev/null || :
  wait "$mover" 2>/dev/null || :
  trap - INT TERM
  return "$status"
}

# Two ninjas in one folder would overwrite each other's objects.
lock() {
  if command -v flock >/dev/null; then
    exec 9>"$root/build/lock"
    if ! flock -n 9; then
      say "$label$name: waiting for another build in this folder"
      flock 9
    fi
  fi
}

unlock() { exec 9>&-; }

# build "[2/3] " PRESET TARGET…: configures once, and again when the presets change or the tree has moved
build() {
  preset=$2 folder="$root/build/$2" build_log="$logs/build-$2.log"
  begin "$1" build
  shift 2
  lock
  rm -f "$build_log"
  stamp="$folder/configured"
  if ! [ -f "$stamp" ] || [ "$(cat "$stamp")" != "$root" ] ||
    [ -n "$(find "$root/CMakePresets.json" -newer "$stamp")" ]; then
    rm -f "$stamp"
    cd_work "$build_log" cmake --fresh --preset "$preset" ||
      fail "cannot configure $preset" "$build_log" "$needed"
    printf '%s\n' "$root" >"$stamp"
  fi
  cd_work "$build_log" cmake --build "$folder" --target "$@" ||
    fail "cannot build $preset" "$build_log" "all of it: $build_log"
  steps=$(sed -n '/\] Re-/d; s/^\[\([0-9]*\)\/[0-9]*\] .*/\1/p' "$build_log" | tail -n 1)
  finish "$preset, ${steps:-0} steps"
  unlock
}

# Presets are looked up in the current folder; the caller's must stay as it is.
cd_work() {
  here=$(pwd)
  cd "$root"
  outcome=0
  NINJA_STATUS='[%f/%t] ' work "$@" || outcome=$?
  cd "$here"
  return "$outcome"
}

needed="Needed: CMake 3.25, Ninja, a C++20 compiler, pkg-config, Abseil, Protobuf 3.21 with protoc, CLI11,
GoogleTest with gMock, RapidCheck and Google Benchmark. On Debian 12 and later tools/bootstrap installs them."
