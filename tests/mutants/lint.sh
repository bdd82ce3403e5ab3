#!/bin/sh
# Every planted bug fits the source as it is now, and its header is as README.md wants it.
#
#   lint.sh TREE
#
# Compiles nothing: what it finds would otherwise be found by whoever hunts next, in months. A header that is wrong
# harms in silence; a misspelt "Story" is a story that nobody plays.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd "$1"
mutants=tests/mutants testdata=tests/testdata
. "$here/header.sh"
planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
rejected=0
most_samples=2

reject() {
  echo "$1: $2"
  rejected=1
}

check_name() {
  basename "$1" | grep -Eq '^[A-Z][0-9]+[a-z]?_[a-z0-9_]+\.patch$' ||
    reject "$1" 'want a name such as F01_step_down_clears_vote.patch: an id, then what is wrong'
}

check_words() {
  header "$1" | grep -Ev '^((Id|Breaks|Source|Hunts|Story|Harmless|Told|Sample): .*)?$' | while IFS= read -r line; do
    echo "\"$line\" in the header: want Id, Breaks, Source, Hunts, Story, Harmless, Told or Sample, a colon, and one line"
  done >"$planted/said"
  while IFS= read -r line; do reject "$1" "$line"; done <"$planted/said"
  twice=$(header "$1" | sed 's/:.*//; /^$/d' | LC_ALL=C sort | uniq -d)
  [ -z "$twice" ] || reject "$1" "\"$(echo "$twice" | tr '\n' ' ' | sed 's/ $//')\" stands there twice: put both into one line, with a comma"
  for word in Id Breaks Source; do
    [ -n "$(field "$word" "$1")" ] || reject "$1" "want a line \"$word: …\" before the difference"
  done
}

check_ids() {
  first=$(names Id "$1" | head -n 1)
  for id in $(names Id "$1"); do
    printf '%s\n' "$id" | grep -Eq '^[A-Z][0-9]+[a-z]?$' || reject "$1" "\"Id: $id\": want ids such as F01, B21"
  done
  case $(basename "$1") in
    "$first"_*) ;;
    *) reject "$1" "its name begins with another id than \"Id: $first\"" ;;
  esac
}

check_hunts() {
  for name in $(hunts "$2" "$1"); do
    [ -n "$(scenario "$2" "$name")" ] ||
      reject "$1" "no scenario is called \"$name\": want a file in tests/mutants/$2, tests/mutants or scenarios, without .txtpb"
  done
}

check_stories() {
  for name in $(names Story "$1"); do
    [ -f "$(story "$2" "$name")" ] || reject "$1" "\"Story: $name\": there is no $(story "$2" "$name")"
  done
}

check_told() {
  [ -z "$(field Told "$1")" ] || [ -n "$(names Story "$1")" ] ||
    reject "$1" '"Told: …" is of a mutant that only its stories notice: want a line "Story: …"'
  [ -z "$(field Told "$1")" ] || [ -z "$(field Harmless "$1")" ] ||
    reject "$1" '"Told: …" and "Harmless: …" contradict each other: want one of them'
}

check_sample() {
  case $(field Sample "$1") in
    '') ;;
    yes) samples=$((samples + 1)) ;;
    *) reject "$1" "\"Sample: …\": want yes, or no such line" ;;
  esac
}

check_sources() {
  sources=$(sed -n 's/^+++ b\///p' "$1")
  for source in $sources; do
    case $source in
      protocols/*) ;;
      *) reject "$1" "changes $source: want bugs of protocols, in protocols/" ;;
    esac
  done
  said=$(sh "$here/plant.sh" patch "$1" . "$planted/tree" 2>&1) || reject "$1" "$(printf '%s\n' "$said" | tail -n 1 | sed "s,^$1: ,,")"
}

check() {
  check_name "$1"
  check_words "$1"
  check_ids "$1"
  check_hunts "$1" "$2"
  check_stories "$1" "$2"
  check_told "$1"
  check_sample "$1"
  check_sources "$1"
}

found=0
for folder in "$mutants"/*/; do
  protocol=$(basename "$folder")
  case $protocol in
    consistency | values) continue ;; # what kills them is tests, and they have a header of their own
  esac
  samples=0
  for patch in "$mutants/$protocol"/*.patch; do
    [ -f "$patch" ] || continue
    found=1
    check "$patch" "$protocol"
  done
  [ -n "$(find protocols -name "$protocol.h")" ] || reject "$mutants/$protocol" "there is no $protocol.h in protocols"
  [ "$samples" -le "$most_samples" ] ||
    reject "$mutants/$protocol" "$samples patches have \"Sample: yes\": want $most_samples at most, since every test builds them"
done
[ "$found" = 1 ] || reject "$mutants" "there is no <protocol>/*.patch: this lint looks in the wrong place"
exit "$rejected"
