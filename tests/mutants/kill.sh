#!/bin/sh
# Runs tests against a mutant, and says which of them kill it, as a row for the README.md of its folder.
#
#   kill.sh NAME KILLER killed|survives README FILTER…
#
# Each FILTER chooses some of the killer's tests, the quick ones first, and is a column: the test that fails, or nothing.
# The later ones are tried only on what survives the earlier ones, unless FAULTLINE_MUTANTS is "thorough". The last column
# is how many random cases the last one took. The exit status is 0 if it came out as expected, and the table knows the
# mutant.
set -u
name=$1 killer=$2 expected=$3 readme=$4
shift 4
killed=0

# Without what all names have: "Agreement/Queue", "ProofOfRegisters/pram".
shorten() {
  sed -e 's,^Every[A-Za-z]*/\([A-Za-z]*\)\.[A-Za-z]*/,\1/,' -e 's,\.OnEveryConsistencyOfRegisters,,'
}

# try FILTER: sets `by` to the test that fails, and how it does, and `after`; empty: none.
try() {
  output=$(timeout --kill-after=5 30 "$killer" --gtest_fail_fast --gtest_filter="$1" 2>&1)
  status=$?
  test=$(printf '%s\n' "$output" | sed -n 's/^\[ RUN      \] //p' | tail -n 1 | shorten)
  failed=$(printf '%s\n' "$output" | sed -n 's/^\[  FAILED  \] \([^ ,]*\).* ms)$/\1/p' | head -n 1 | shorten)
  after=$(printf '%s\n' "$output" | sed -n 's/^first disagreement after \([0-9]*\) histories$/\1/p; s/^Falsifiable after \([0-9]*\) tests\?.*/\1/p' |
    head -n 1)
  case $status in
    0) by= ;;
    1) by=$failed ;;
    124 | 137) by="$test (does not end)" ;;
    *) by="$test (crashes)" ;;
  esac
  [ -z "$by" ] || killed=1
}

row="| $name |"
for filter in "$@"; do
  by='' after=''
  if [ "$killed" = 0 ] || [ "${FAULTLINE_MUTANTS-}" = thorough ]; then try "$filter"; fi
  row="$row $by |"
done
echo "$row $after |"

grep -q "^| $name |" "$readme" || {
  echo "$readme has no row of $name"
  exit 1
}
case $expected$killed in
  killed1 | survives0) exit 0 ;;
esac
echo "$name: expected that it is $expected"
[ "$expected" = survives ] && printf '%s\n' "$output" | tail -n 60
exit 1
