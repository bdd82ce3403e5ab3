#!/bin/sh
# Plants one bug: the source with the patch applied.
#
#   plant.sh PROGRAM PATCH SOURCE PLANTED
#
# A patch that no longer fits exactly was made for another source, and might now plant something else.
set -eu
program=$1 patch=$2 source=$3 planted=$4

refuse() {
  echo "$patch: $1" >&2
  exit 1
}

for line in Plants Source Wrong; do
  grep -q "^$line: ." "$patch" || refuse "want a line \"$line: …\" before the difference"
done
[ "$(grep -c '^+++ ' "$patch")" = 1 ] || refuse "want one patched file"
mkdir -p "$(dirname "$planted")"
rm -f "$planted"
"$program" --quiet --batch --fuzz=0 --strip=1 --reject-file=- --output="$planted" "$source" "$patch" || {
  rm -f "$planted"
  refuse "does not apply to $source, which has changed: make it anew (tests/mutants/consistency/README.md)"
}
if cmp -s "$source" "$planted"; then
  rm -f "$planted"
  refuse "changes nothing"
fi
