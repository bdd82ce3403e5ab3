#!/bin/sh
# The table must not call a mutant killed that was not: what row.awk makes of what a hunter printed.
set -eu # the first wrong row ends it
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

killed() { echo "hunt base=1 killed_by=$1 scenario=$2 runs=$3 seed=$3 cpu_ms=1500 what=n1 and n2"; }
survived() { echo 'hunt base=1 killed_by=nobody scenario=- runs=20000 seed=20000 cpu_ms=60000 what='; }
spoilt() { echo "story name=$1 outcome=fails what=line 3: want \"a b=c\""; }
played() { echo "story name=$1 outcome=passes what="; }

# row CONTROL HARMLESS [TOLD]: of what comes in
row() { awk -v id=F01 -v title=bug -v control="$1" -v harmless="$2" -v told="${3-}" -f "$here/row.awk" | tr '\t' ' '; }

# makes ROW CONTROL HARMLESS [TOLD]: this row, which 0, 1 or 2 puts into its place
makes() {
  got=$(row "$2" "$3" "${4-}")
  [ "$got" = "$1" ] || refuse "$1"
}

# work BEGINNING CONTROL HARMLESS [TOLD]: a row that comes first, with a remark that begins so
work() {
  got=$(row "$2" "$3" "${4-}")
  case $got in
    '0 |'*"| WORK TO DO: $1"*) ;;
    *) refuse "work to do: $1" ;;
  esac
}

refuse() {
  printf 'want %s\ngot  %s\n' "$1" "$got"
  exit 1
}

{ killed vote-once swarm 7 && killed vote-once swarm 3 && killed vote-once swarm 40; } |
  makes '2 | F01 | bug | vote-once | swarm | 7 | 4.5 |  |  |' 0 ''
{ killed vote-once swarm 7 && killed progress elections 3 && killed vote-once swarm 40 && spoilt figure_8; } |
  makes '2 | F01 | bug | vote-once (2), progress (1) | swarm (2), elections (1) | 7 | 4.5 | figure_8 |  |' 0 ''
{ killed vote-once swarm 7 && survived && survived; } |
  makes '2 | F01 | bug | vote-once | swarm | more than 20000 | 121.5 |  | noticed in 1 of 3 hunts |' 0 ''

survived | makes '1 | F01 | bug | nobody |  | more than 20000 | 60.0 |  | costs time |' 0 'costs time'
{ survived && played figure_8; } | makes '1 | F01 | bug | nobody |  | more than 20000 | 60.0 |  | no bug is planted: 1 stories pass |' 1 ''
{ survived && spoilt figure_8; } |
  makes '2 | F01 | bug | its stories |  | more than 20000 | 60.0 | figure_8 | costs time |' 0 '' 'costs time'

survived | work 'harder scenarios' 0 ''
: | work 'it was not hunted' 0 ''
{ killed vote-once swarm 7 && played figure_8 && spoilt figure_8_e; } | work 'it does not spoil the story figure_8 |' 0 ''
{ survived && spoilt figure_8; } | work 'harder scenarios' 0 ''
{ survived && killed progress swarm 7; } | work 'it is noticed' 0 'costs time'
survived | work 'no story notices it' 0 '' 'costs time'
{ spoilt figure_8 && killed progress swarm 7; } | work 'it is noticed' 0 '' 'costs time'
killed progress swarm 7 | work 'nothing is planted' 1 ''
{ survived && spoilt figure_8; } | work 'nothing is planted' 1 ''
