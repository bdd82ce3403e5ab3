# What a patch says of itself before its difference, and where the names in it lead. Sourced.
#
# The header ends where the difference begins, with "--- a/FILE" or what git writes above it.
# Here `$mutants` is the folder of this file and `$testdata` that of the golden conversations.

# header PATCH
header() { sed '/^--- /,$d; /^diff /,$d' "$1"; }

# field WORD PATCH: what stands behind "WORD: "
field() { header "$2" | sed -n "s/^$1: *//p"; }

# names WORD PATCH: the same, where it is a list with commas, a line each
names() { field "$1" "$2" | tr ',' '\n' | sed 's/^ *//; s/ *$//; /^$/d'; }

# hunts PROTOCOL PATCH: names of the scenarios to hunt in; those of the protocol if the patch has none of its own
hunts() {
  own=$(names Hunts "$2")
  if [ -n "$own" ]; then
    printf '%s\n' "$own"
  elif [ -f "$mutants/$1/hunts.txt" ]; then
    sed 's/ *#.*//; /^$/d' "$mutants/$1/hunts.txt"
  else
    echo swarm
  fi
}

# scenario PROTOCOL NAME: its file; nothing if there is none
scenario() {
  for folder in "$mutants/$1" "$mutants" "$mutants/../../scenarios"; do
    if [ -f "$folder/$2.txtpb" ]; then
      echo "$folder/$2.txtpb"
      return
    fi
  done
}

# story PROTOCOL NAME: the file of a golden conversation
story() { echo "$testdata/$1/$2.txt"; }
