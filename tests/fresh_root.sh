#!/bin/sh
# The two commands on a machine that has nothing: the promise of the README, kept or not.
#
#   tests/fresh_root.sh [KEEP]     as root, with debootstrap and git; KEEP: a folder to leave the root in
#
# Makes a minimal Debian 12 in a temporary folder, copies the committed tree (git archive
# HEAD), and types there what a new user would: first somebody without rights, who must be
# told what is missing, then root, then the same user again. Takes minutes and needs a
# network, so it is no CTest test. MIRROR names another mirror than deb.debian.org.
set -eu
tree=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
mirror=${MIRROR:-http://deb.debian.org/debian}

for program in debootstrap git unshare setpriv; do
  command -v "$program" >/dev/null || { echo "fresh_root.sh: needs $program" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "fresh_root.sh: chroot needs root" >&2; exit 3; }

if [ $# -gt 0 ]; then
  fresh=$1
  mkdir -p "$fresh"
else
  fresh=$(mktemp -d)
  # --one-file-system: should a mount ever be left, it is not emptied.
  trap 'rm -rf --one-file-system "$fresh"' EXIT
fi
fresh=$(CDPATH='' cd -- "$fresh" && pwd -P)
chmod 755 "$fresh"                            # mktemp makes it for its owner alone, and visitors live here too
report=$fresh/report.txt
failures=0

# step NAME WANTED-STATUS COMMAND…
step() {
  what=$1 wanted=$2
  shift 2
  begun=$(date +%s%N)
  status=0
  "$@" >"$fresh/step.log" 2>&1 </dev/null || status=$?
  took=$((($(date +%s%N) - begun) / 1000000))
  word=ok
  if [ "$status" -ne "$wanted" ]; then
    word="FAILED, wanted $wanted"
    failures=$((failures + 1))
  fi
  printf '%-44s %5d.%03d s   exit %d   %s\n' "$what" $((took / 1000)) $((took % 1000)) "$status" "$word" | tee -a "$report"
  if [ "$word" = ok ]; then tail -n 4 "$fresh/step.log"; else cat "$fresh/step.log"; fi | sed 's/^/  | /'
}

# A namespace per command: its mounts and its processes end with it. Nothing of the host's environment gets in.
inside() {
  unshare --mount --pid --fork --mount-proc="$fresh/proc" \
    chroot "$fresh" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb "$@"
}
as_root() { inside HOME=/root "$@"; }
as_visitor() { inside HOME=/home/visitor setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }

copy_tree() {
  mkdir -p "$fresh$1"
  git -C "$tree" archive HEAD | tar -x -C "$fresh$1"
}

# A reader's mistakes should cost seconds: what is not committed is not tested.
if [ -n "$(git -C "$tree" status --porcelain)" ]; then
  echo "fresh_root.sh: uncommitted changes are left out" >&2
fi

: >"$report"
step "minimal Debian 12" 0 debootstrap --variant=minbase bookworm "$fresh" "$mirror"
[ "$failures" -eq 0 ] || exit 3
cp /etc/resolv.conf "$fresh/etc/resolv.conf"
apt-config dump | grep -E '^Acquire::https?::Proxy' >"$fresh/etc/apt/apt.conf.d/00proxy" || :
echo 'visitor:x:1000:1000::/home/visitor:/bin/sh' >>"$fresh/etc/passwd"
copy_tree /srv/faultline
copy_tree /home/visitor/faultline
chown -R 1000:1000 "$fresh/home/visitor"

step "visitor, nothing installed: tools/run" 3 as_visitor /home/visitor/faultline/tools/run
step "root, nothing installed: tools/run" 0 as_root /srv/faultline/tools/run
step "root: tools/test" 0 as_root /srv/faultline/tools/test
step "root, again: tools/run" 0 as_root /srv/faultline/tools/run
step "root, again: tools/test" 0 as_root /srv/faultline/tools/test
step "visitor, packages there: tools/run" 0 as_visitor /home/visitor/faultline/tools/run
step "visitor: tools/test" 0 as_visitor /home/visitor/faultline/tools/test
step "visitor, again: tools/run" 0 as_visitor /home/visitor/faultline/tools/run

echo
cat "$report"
[ "$failures" -eq 0 ] || exit 1
