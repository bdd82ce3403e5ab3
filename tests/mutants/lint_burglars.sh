#!/bin/sh
# Every guard has a burglar: lint.sh must accept a good patch and reject each way in which one can be bad.
#
#   lint_burglars.sh SCRATCH-FOLDER
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
tree=$1
good=$tree/tests/mutants/echo/F01_answers_nobody.patch
missed=0

miss() {
  printf 'not as it should be: %s\n' "$1"
  missed=1
}

# A protocol of four lines, a story, a scenario, and a patch that the lint likes.
fresh_tree() {
  rm -rf "$tree"
  mkdir -p "$tree/protocols/consensus" "$tree/sim" "$tree/scenarios" "$tree/tests/mutants/echo" "$tree/tests/testdata/echo"
  printf 'Listen();\nThink();\nAnswer();\nSleep();\n' >"$tree/protocols/consensus/echo.h"
  cp "$tree/protocols/consensus/echo.h" "$tree/sim/world.h"
  echo 'nodes 1' >"$tree/tests/testdata/echo/hello.txt"
  echo 'swarm {}' >"$tree/scenarios/swarm.txtpb"
  cat >"$good" <<'PATCH'
Id: F01, B02
Breaks: progress. Nobody is answered.
Source: the burglars.
Hunts: swarm
Story: hello
Sample: yes

--- a/protocols/consensus/echo.h
+++ b/protocols/consensus/echo.h
@@ -1,4 +1,3 @@
 Listen();
 Think();
-Answer();
 Sleep();
PATCH
}

# accepts WHAT; rejects WHAT SAYING: what the lint makes of the tree now
accepts() {
  said=$(sh "$here/lint.sh" "$tree" 2>&1) || miss "rejects $1: $said"
}
rejects() {
  if said=$(sh "$here/lint.sh" "$tree" 2>&1); then
    miss "accepts $1"
  else
    case $said in
      *"$2"*) ;;
      *) miss "rejects $1 without saying \"$2\": $said" ;;
    esac
  fi
}

# spoils EXPRESSION SAYING: the good patch, edited by sed
spoils() {
  fresh_tree
  sed -i "$1" "$good"
  rejects "a patch after sed '$1'" "$2"
}

# spreads N: so many more samples
spread() {
  for i in $(seq 2 "$1"); do sed "s/^Id: .*/Id: F0$i/" "$good" >"$tree/tests/mutants/echo/F0${i}_answers_nobody.patch"; done
}

fresh_tree
accepts 'a good patch'
for word in Hunts Story Sample; do
  fresh_tree
  sed -i "/^$word/d" "$good"
  accepts "a patch without $word"
done
fresh_tree
sed -i 's/^Sample: .*/Told: costs time/' "$good"
accepts 'a patch that only its story notices'
fresh_tree
sed -i 's,^--- a,diff --git a/protocols/consensus/echo.h b/protocols/consensus/echo.h\nindex 1..2\n&,' "$good"
accepts 'a patch with what git writes above a difference'
for word in Id Breaks Source; do
  spoils "/^$word/d" "want a line \"$word: …\""
  spoils "s/^$word: .*/$word: /" "want a line \"$word: …\""
done
spoils 's/^Story/Storys/' '"Storys: hello" in the header'
spoils '2s/^/And then\n/' '"And then" in the header'
spoils '3s/^/Breaks: more.\n/' '"Breaks" stands there twice'
spoils 's/B02/b2/' '"Id: b2"'
spoils 's/F01, B02/B02, F01/' 'begins with another id'
spoils 's/^Hunts: .*/Hunts: swarm, fox/' 'no scenario is called "fox"'
spoils 's/^Story: .*/Story: hello, goodbye/' '"Story: goodbye"'
spoils 's/^Sample: .*/Sample: perhaps/' 'want yes'
spoils 's/^Story: .*/Told: costs time/' 'want a line "Story: …"'
spoils 's/^Sample: .*/Told: costs time\nHarmless: costs time/' 'contradict each other'
spoils 's/^ Think();/ Dream();/' 'does not fit'
spoils 's/^-Answer();/-Shout();/' 'does not fit'
spoils 's/^ Listen();/ Look();/' 'does not fit' # which fuzz would forgive
spoils '/^---/,$d' 'want a difference'
spoils 's/^-Answer();/-Answer();\n+Answer();/; s/4 +1,3/4 +1,4/' 'changes nothing'
spoils 's,protocols/consensus/echo.h,sim/world.h,' 'want bugs of protocols'
spoils 's,consensus/echo.h,consensus/gone.h,' 'there is no protocols/consensus/gone.h'

fresh_tree
mv "$good" "$tree/tests/mutants/echo/nobody.patch"
rejects 'a patch whose name has no id' 'want a name such as'
fresh_tree
spread 2
accepts 'two samples'
spread 3
rejects 'three samples' 'want 2 at most'
fresh_tree
printf 'swarm\nfox # which is not there\n' >"$tree/tests/mutants/echo/hunts.txt"
sed -i '/^Hunts/d' "$good"
rejects 'a list with a scenario that is not there' 'no scenario is called "fox"'
fresh_tree
mv "$tree/protocols/consensus/echo.h" "$tree/protocols/consensus/parrot.h"
rejects 'patches of a protocol that is not there' 'there is no echo.h in protocols'
fresh_tree
rm "$good"
rejects 'a tree without patches' 'looks in the wrong place'

rm -rf "$tree"
exit "$missed"
