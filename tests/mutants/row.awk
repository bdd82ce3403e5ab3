# One row of the hunters' table, of what a hunter printed about one mutant.
#
#   awk -v id=… -v title=… -v harmless=… -v told=… -v control=0|1 -f row.awk RESULT
#
# Before it a tab and where it belongs: 0 is work to do, 1 survives rightly, 2 is killed.

function value(word) { return substr($word, index($word, "=") + 1) }

# How often each word came, in the order of their first time.
function count(list, word) {
  if (!((list, word) in times)) order[list, ++length_of[list]] = word
  ++times[list, word]
}
function text(list,  i, all, word) {
  for (i = 1; i <= length_of[list]; ++i) {
    word = order[list, i]
    all = all (i == 1 ? "" : ", ") word (length_of[list] > 1 && list != "fail" && list != "pass" ? " (" times[list, word] ")" : "")
  }
  return all
}

# By insertion: hunts are few. What survived took longer than it was given.
function keep_sorted(runs,  i) {
  for (i = ++hunts; i > 1 && sorted[i - 1] > runs; --i) sorted[i] = sorted[i - 1]
  sorted[i] = runs
}
function median(  middle) {
  middle = int((hunts + 1) / 2)
  return middle > killed ? "more than " most : sorted[middle]
}

$1 == "hunt" {
  runs = value(5)
  cpu += value(7)
  if (value(3) == "nobody") {
    if (runs + 0 > most) most = runs + 0
    keep_sorted(1e12)
  } else {
    ++killed
    count("killer", value(3))
    count("scenario", value(4))
    keep_sorted(runs + 0)
  }
}
$1 == "story" { count(value(3) == "fails" ? "fail" : "pass", value(2)) }

function remark() {
  rank = 0
  if (hunts == 0) return "WORK TO DO: it was not hunted"
  if (control && (killed || length_of["fail"])) return "WORK TO DO: nothing is planted, so the protocol itself is wrong"
  if (harmless != "" && killed) return "WORK TO DO: it is noticed, so take out `Harmless: " harmless "`"
  if (!control && length_of["pass"]) return "WORK TO DO: it does not spoil the story " text("pass")
  if (told != "" && killed) return "WORK TO DO: it is noticed, so take out `Told: " told "`"
  if (told != "" && !length_of["fail"]) return "WORK TO DO: no story notices it either"
  if (!control && harmless == "" && told == "" && !killed) return "WORK TO DO: harder scenarios, stricter monitors, or `Harmless:` and why"
  rank = killed || told != "" ? 2 : 1
  if (control) return "no bug is planted: " length_of["pass"] " stories pass"
  if (harmless != "") return harmless
  if (told != "") return told
  return killed < hunts ? "noticed in " killed " of " hunts " hunts" : ""
}

END {
  said = remark()
  printf "%d\t| %s | %s | %s | %s | %s | %.1f | %s | %s |\n", rank, id, title, killed ? text("killer") : told != "" ? "its stories" : "nobody", text("scenario"), \
         median(), cpu / 1000, text("fail"), said
}
