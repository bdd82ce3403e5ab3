#!/bin/sh
# Runs the tests of the checkers against a mutant, and says which of them kills it, as a row of README.md.
#
#   kill.sh NAME KILLER killed|survives README
#
# The exit status is 0 if it came out as expected, and the table knows the mutant.
set -u
name=$1 killer=$2 expected=$3 readme=$4
histories=${FAULTLINE_MUTANT_HISTORIES:-10000}
# What tries the oracle and the tests themselves has nothing to say about a checker.
filter='-Oracle*:Notation*:RandomHistory*:AgreementBurglars*:ProofOfLongHistories.WhatIsAlso*'

output=$(FAULTLINE_HISTORIES=$histories timeout --kill-after=5 120 "$killer" --gtest_fail_fast --gtest_brief=0 \
  --gtest_filter="$filter" 2>&1)
status=$?
test=$(printf '%s\n' "$output" | sed -n 's/^\[ RUN      \] //p' | tail -n 1)
after=$(printf '%s\n' "$output" | sed -n 's/^first disagreement after \([0-9]*\) histories$/\1/p' | head -n 1)
case $status in
  0) verdict=survives by=nobody ;;
  1)
    verdict=killed
    by=$(printf '%s\n' "$output" | sed -n 's/^\[  FAILED  \] \([^ ,]*\).* ms)$/\1/p' | head -n 1)
    ;;
  124 | 137) verdict=killed by="$test, which does not end" ;;
  *) verdict=killed by="$test, which crashes" ;;
esac
echo "| $name | $by | ${after:-} |"

if ! grep -q "^| $name |" "$readme"; then
  echo "$readme has no row of $name"
  exit 1
fi
[ "$verdict" = "$expected" ] && exit 0
echo "$name: expected that it is $expected"
[ "$expected" = survives ] && printf '%s\n' "$output" | tail -n 60
exit 1
