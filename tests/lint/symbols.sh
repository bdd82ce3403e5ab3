#!/bin/sh
# What the linker would have to find elsewhere tells what the code does: no clock, no libm,
# no entropy, no hash table, no environment.
#
#   symbols.sh NM FILE…            static libraries or objects
#
# The undefined symbols see through templates, macros and type aliases, cannot be fooled
# by a comment, and take milliseconds. What they miss (a map keyed by pointers, floating
# point, which the processor does without help) is the matter of words.sh and of tools/determinism.
set -eu
nm=$1
shift

for file in "$@"; do
  "$nm" -uC "$file" | sed -e 's/^ *[Uuvw] //' -e 's/@.*//' -e "s|^|${file##*/} |"
done | awk '
BEGIN {
  clock = "clock_gettime|clock|gettimeofday|time|timespec_get|ftime|nanosleep|clock_nanosleep|usleep|sleep"
  entropy = "rand|srand|rand_r|random|srandom|[dlm]rand48|srand48|arc4random.*|getrandom|getentropy"
  environment = "getenv|secure_getenv|setlocale|getpid|gethostname"
  # floor, ceil, sqrt, fabs and their like are exact; these are not, and differ by processor.
  libm = "(exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sincos|asin|acos|atan|atan2|sinh|cosh|tanh" \
         "|asinh|acosh|atanh|cbrt|hypot|erf|erfc|tgamma|lgamma|fma)[fl]?(_finite)?"
}

function reject(kind) {
  if (seen[kind, symbol, $1]++) return
  printf "%s: %s: %s\n", $1, kind, symbol
  rejected = 1
}

{
  symbol = $0
  sub(/^[^ ]* /, "", symbol)
  if (symbol ~ /:$/ || symbol == "") next     # the name of an archive member
  ++symbols
  if (symbol ~ "^(__)?(" clock ")(64)?$") reject("clock")
  if (symbol ~ /^std::chrono::.*_clock::now\(\)/) reject("clock")
  if (symbol ~ /^absl::(.*::)?(Now|GetCurrentTimeNanos|SleepFor)\(/) reject("clock")
  if (symbol ~ "^(__)?(" libm ")$") reject("libm")
  if (symbol ~ /^std::(.*::)?random_device::/ || symbol ~ "^(" entropy ")$") reject("entropy")
  if (symbol ~ /^std::.*_Prime_rehash_policy/) reject("unordered container")
  if (symbol ~ /^std::(_Hash|_Fnv_hash)_bytes/) reject("std::hash")
  if (symbol ~ /MixingHashState|raw_hash_set|HashtablezInfo|ShouldInsertBackwards/) reject("Abseil hash")
  if (symbol ~ "^(" environment ")$" || symbol ~ /^std::locale::locale\(char const\*\)/) reject("environment")
}
END {
  if (!symbols) {
    print "symbols.sh: no undefined symbol at all: nm or the list of files is wrong"
    exit 3
  }
  exit rejected
}'
