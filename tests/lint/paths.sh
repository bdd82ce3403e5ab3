#!/bin/sh
# No file may know where it was written: an absolute path works on one machine only.
#
#   paths.sh TREE
set -eu
cd "$1"

# In brackets, or this file would reject itself. Data keeps the paths it came with.
if find . -type d \( -name build -o -name '.git' -o -name .cache -o -name data -o -name testdata \) -prune -o -type f -print |
  LC_ALL=C sort | xargs grep -InE '(^|[^A-Za-z0-9_.$})~-])/([w]ork|[r]oot)/'; then
  exit 1
fi
