#!/bin/sh
# The table of README.md knows each mutant, and only those; the killers look at the ones that are built.
#
#   table.sh FOLDER
set -eu
cd "$1"
rows=$(sed -n 's/^| \([a-z0-9_]*\) | .* | .* | .* | .* |$/\1/p' README.md | grep -vx -e mutant -e nothing | LC_ALL=C sort)
patches=$(for patch in *.patch; do basename "$patch" .patch; done | LC_ALL=C sort)
[ "$rows" != "$patches" ] || exit 0
for name in $patches; do
  printf '%s\n' "$rows" | grep -qx "$name" || echo "README.md has no row of $name"
done
for name in $rows; do
  [ -f "$name.patch" ] || echo "README.md has a row of $name, which is no mutant"
done
printf '%s\n' "$rows" | uniq -d | sed 's/^/README.md has two rows of /'
exit 1
