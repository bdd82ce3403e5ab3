#!/bin/sh
# Whether every change of changes/ still fits the code, and says what it is.
set -eu
cd "$1"
wrong=0
for change in tests/survival/changes/*.patch; do
  for field in Changes Kind; do
    grep -q "^$field: ." "$change" || { echo "$change: no line \"$field: …\"" && wrong=1; }
  done
  patch --dry-run --strip=1 --force --silent <"$change" >/dev/null ||
    { echo "$change: does not fit any more; make the same change to the code as it is" && wrong=1; }
done
exit "$wrong"
