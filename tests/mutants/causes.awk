# How small the causes became that hunters shrank, a row each, and the median of each column.
#
#   awk -f causes.awk RESULTS/raft.F01_step_down_clears_vote …

function value(word) { return substr($word, index($word, "=") + 1) }

# "gossip F57" of "…/gossip.F57_what_loses_leaves_no_dot"
function id(file,  dot, name) {
  sub(/.*\//, "", file)
  dot = index(file, ".")
  name = substr(file, dot + 1)
  sub(/_.*/, "", name)
  return substr(file, 1, dot - 1) " " name
}

# By insertion: causes are few.
function median(column,  i, j, kept, list) {
  for (i = 1; i <= causes; ++i) {
    kept = columns[column, i] + 0
    for (j = i; j > 1 && list[j - 1] > kept; --j) list[j] = list[j - 1]
    list[j] = kept
  }
  return list[int((causes + 1) / 2)]
}

function row(name, what) {
  return sprintf("| %s | %s | %s | %s | %s | %s | %s |", name, what["faults"], what["requests"], what["nodes"], what["events"], what["again"], what["seconds"])
}

BEGIN { split("faults requests nodes events", names) }

$1 == "cause" && value(3) != "yes" {
  ++failed
  print "| " id(FILENAME) " | " substr($0, index($0, "what=") + 5) " | | | | | |"
}
$1 == "cause" && value(3) == "yes" {
  ++causes
  for (i = 4; i <= NF; ++i) {
    split($i, pair, "=")
    if (pair[1] == "what") break
    if (pair[1] == "cpu_ms") columns["ms", causes] = pair[2]
    if (pair[1] == "again") columns["again", causes] = text["again"] = pair[2]
    if (split(pair[2], sizes, ">") != 2) continue
    columns[pair[1] " from", causes] = sizes[1]
    columns[pair[1] " to", causes] = sizes[2]
    text[pair[1]] = sizes[1] " to " sizes[2]
    if (pair[1] == "events") columns["ratio", causes] = sizes[1] / (sizes[2] > 0 ? sizes[2] : 1)
  }
  survivors += columns["again", causes] > 0
  text["seconds"] = sprintf("%.1f", columns["ms", causes] / 1000)
  print row(id(FILENAME), text)
}

END {
  if (!causes) exit
  for (i in names) text[names[i]] = median(names[i] " from") " to " median(names[i] " to")
  text["events"] = text["events"] sprintf(", %.0f times fewer", median("ratio"))
  text["again"] = median("again") "; any: " survivors " of " causes
  text["seconds"] = sprintf("%.1f", median("ms") / 1000)
  print row("median of " causes (failed ? ", " failed " failed" : ""), text)
}
