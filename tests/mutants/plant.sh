#!/bin/sh
# Plants one bug: copies of the sources that a patch names, with the patch applied.
#
#   plant.sh PROGRAM PATCH ROOT PLANTED WORD…
#
# PLANTED/protocols/a.h is ROOT/protocols/a.h, changed; whatever else was in PLANTED is gone, or it would be found before
# the real one. Each WORD begins a line that must stand before the difference.
# A patch that no longer fits exactly was made for another source, and might now plant something else.
set -eu
program=$1 patch=$2 root=$3 planted=$4
shift 4
sources=$(sed -n 's/^+++ b\/\([^[:space:]]*\).*/\1/p' "$patch")

refuse() {
  rm -rf "$planted"
  echo "$patch: $1" >&2
  exit 1
}

rm -rf "$planted"
for word in "$@"; do
  sed '/^--- /,$d' "$patch" | grep -q "^$word: ." || refuse "want a line \"$word: …\" before the difference"
done
[ -n "$sources" ] || refuse "want a difference, with lines \"--- a/FILE\" and \"+++ b/FILE\""
for source in $sources; do
  [ -f "$root/$source" ] || refuse "there is no $source: make it anew, as README.md says"
  mkdir -p "$(dirname "$planted/$source")"
  cp "$root/$source" "$planted/$source"
done
"$program" --quiet --batch --fuzz=0 --strip=1 --no-backup-if-mismatch --reject-file=- --directory="$planted" \
  --input="$(realpath "$patch")" || refuse "does not fit its source, which has changed: make it anew, as README.md says"
for source in $sources; do
  ! cmp -s "$root/$source" "$planted/$source" || refuse "changes nothing in $source"
done
