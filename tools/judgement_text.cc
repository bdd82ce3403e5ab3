#include "tools/judgement_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/text.h"
#include "tools/report_text.h"

namespace tools {
namespace {

using consistency::Audit;
using consistency::Counterexample;
using consistency::Function;
using consistency::History;
using consistency::Judgement;
using consistency::Operation;
using consistency::Outcome;
using consistency::Verdict;

constexpr std::size_t kMostListed = 40;  // operations of a counterexample; JSON has them all

std::string Count(std::uint64_t number, const std::string& one) {
  return Grouped(number) + " " + one + (number == 1 ? "" : one.ends_with("s") ? "es" : "s");
}

// On a terminal. Every character counts for one column, which is right for most.
std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t LongestLine(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    longest = std::max(longest, Columns(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

std::string Shortened(const std::string& text, std::size_t columns) {
  if (Columns(text) <= columns) return text;
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && ++kept == columns) break;
  }
  return text.substr(0, end) + "…";
}

std::string Padded(const std::string& text, std::size_t columns) {
  const std::size_t has = Columns(text);
  return text + std::string(has < columns ? columns - has : 0, ' ');
}

std::string KeyAndValue(const History& history, const Audit& audit) {
  const std::string& key = history.keys[audit.key];
  return scenarios::Printable((key.empty() ? "" : key + " ") + "is " + history.values.Text(audit.value));
}

std::string Painted(Verdict verdict, const Style& style) {
  if (verdict == Verdict::kHolds) return style.Good(VerdictName(verdict));
  return verdict == Verdict::kViolated ? style.Bad(VerdictName(verdict)) : style.Doubtful(VerdictName(verdict));
}

// ---- The operations, one a line ----

// What stands in one line of the table, padded when all of them are known.
using Cells = std::vector<std::string>;

constexpr std::size_t kLongestText = 60;  // of an operation, whose value may be a list of thousands

Cells CellsOf(const History& history, const Operation& operation) {
  const bool ended = operation.outcome != Outcome::kUnknown;
  return {"line " + std::to_string(operation.line), "process " + std::to_string(operation.process),
          Shortened(scenarios::Printable(consistency::Text(history, operation)), kLongestText),
          std::to_string(operation.called) + ".." + (ended ? std::to_string(operation.returned) : ""),
          operation.replica < 0 ? "" : "replica " + std::to_string(operation.replica)};
}

Cells CellsOf(const History& history, const Audit& audit) {
  return {"line " + std::to_string(audit.line), "audit", Shortened(KeyAndValue(history, audit), kLongestText),
          std::to_string(audit.at), "replica " + std::to_string(audit.replica)};
}

std::string TableText(const std::vector<Cells>& table) {
  std::vector<std::size_t> widths(table.front().size());
  for (const Cells& cells : table) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], Columns(cells[i]));
  }
  std::string text;
  for (const Cells& cells : table) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) line += "  " + Padded(cells[i], widths[i]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string OperationsText(const History& history, const Counterexample& counterexample) {
  std::vector<Cells> table;
  for (const std::uint32_t place : counterexample.operations) {
    if (table.size() < kMostListed) table.push_back(CellsOf(history, history.operations[place]));
  }
  for (const std::uint32_t place : counterexample.audits) {
    if (table.size() < kMostListed) table.push_back(CellsOf(history, history.audits[place]));
  }
  if (table.empty()) return "";
  const std::size_t more = counterexample.operations.size() + counterexample.audits.size() - table.size();
  return TableText(table) + (more == 0 ? "" : "  and " + Count(more, "more line") + "; --format json has them all\n");
}

// ---- The diagram ----

// A moment of the picture. Operations that touch overlap, so at one time calls come first.
struct Moment {
  std::int64_t time{};
  bool is_return = false;
  auto operator<=>(const Moment&) const = default;
};

struct Bar {
  std::pair<bool, std::uint32_t> row;  // whether it is a replica's, and whose
  std::string words;                   // "write x 1"
  std::string short_words;             // "w x 1"
  std::string line;                    // its number in the file
  Moment from;
  std::optional<Moment> to;  // none: it returned never
};

// The arrow says that the outcome is unknown.
std::string WordsOf(const History& history, const Operation& operation) {
  constexpr std::string_view kUnknown = ", outcome unknown";
  std::string words = consistency::Text(history, operation);
  if (words.ends_with(kUnknown)) words.resize(words.size() - kUnknown.size());
  return scenarios::Printable(words);
}

std::string ShortWordsOf(const History& history, const Operation& operation) {
  static constexpr std::array<std::string_view, 10> kNames{"r",   "w",   "cas", "app", "add",
                                                           "rem", "enq", "deq", "acq", "rel"};
  const consistency::Values& values = history.values;
  const Function function = operation.function;
  const bool answers = function == Function::kRead || function == Function::kDequeue || function == Function::kAcquire;
  std::string words(kNames[static_cast<std::size_t>(function)]);
  if (const std::string& key = history.keys[operation.key]; !key.empty()) words += " " + key;
  if (function == Function::kCas) words += " " + values.Text(operation.expected);
  if (!answers) words += " " + values.Text(operation.argument);
  if (operation.outcome == Outcome::kFailed) return scenarios::Printable(words + " failed");
  if (answers && operation.outcome == Outcome::kOk) words += " " + values.Text(operation.result);
  return scenarios::Printable(words);
}

std::vector<Bar> BarsOf(const History& history, const Counterexample& counterexample) {
  std::vector<Bar> bars;
  for (const std::uint32_t place : counterexample.operations) {
    const Operation& o = history.operations[place];
    bars.push_back({{false, o.process}, WordsOf(history, o), ShortWordsOf(history, o), std::to_string(o.line), {}, {}});
    bars.back().from = {o.called, false};
    if (o.outcome != Outcome::kUnknown) bars.back().to = {o.returned, true};
  }
  for (const std::uint32_t place : counterexample.audits) {
    const Audit& a = history.audits[place];
    const std::string words = KeyAndValue(history, a);
    bars.push_back({{true, a.replica}, words, words, std::to_string(a.line), {a.at, false}, Moment{a.at, true}});
  }
  std::stable_sort(bars.begin(), bars.end(), [](const Bar& a, const Bar& b) { return a.from < b.from; });
  return bars;
}

// How the bars are labelled, from the clearest to the shortest.
struct Scale {
  std::string Bar::*words;
  std::size_t longest;  // in columns
  std::size_t dashes;   // on either side
};
constexpr Scale kScales[] = {{&Bar::words, 40, 2},       {&Bar::words, 30, 1}, {&Bar::short_words, 30, 1},
                             {&Bar::short_words, 12, 1}, {&Bar::line, 12, 2},  {&Bar::line, 12, 0}};

std::string LabelOf(const Bar& bar, const Scale& scale) { return Shortened(bar.*scale.words, scale.longest); }

// Of the bar's first and last character, apart.
std::size_t Length(const Bar& bar, const Scale& scale) { return Columns(LabelOf(bar, scale)) + 2 * scale.dashes + 1; }

// The column of each moment: as far left as the words between moments allow.
struct Layout {
  std::map<Moment, std::size_t> columns;
  std::size_t end = 0;  // of what returned never
};

Layout LayOut(const std::vector<Bar>& bars, const Scale& scale) {
  Layout layout;
  for (const Bar& bar : bars) {
    layout.columns[bar.from];
    if (bar.to) layout.columns[*bar.to];
  }
  std::size_t next = 0;
  bool after_return = false;
  for (auto& [moment, column] : layout.columns) {
    const bool apart = after_return && !moment.is_return;  // one bar ends, another begins
    column = next + (apart ? 1 : 0);
    for (const Bar& bar : bars) {
      if (bar.to == moment) column = std::max(column, layout.columns[bar.from] + Length(bar, scale));
    }
    next = column + 2;
    after_return = moment.is_return;
  }
  for (const Bar& bar : bars) layout.end = std::max(layout.end, layout.columns[bar.from] + Length(bar, scale));
  layout.end = std::max(layout.end, next);
  return layout;
}

// "|--write x 1--|" over columns begin..end, both included.
std::string Drawn(const std::string& words, std::size_t begin, std::size_t end, char last) {
  const std::size_t dashes = end - begin - 1 - Columns(words);
  return "|" + std::string(dashes / 2, '-') + words + std::string(dashes - dashes / 2, '-') + last;
}

// One line of a row. A process has several if it went on after an operation that returned never.
struct Track {
  std::string text;
  std::size_t columns = 0;
};

std::string Rows(const std::vector<Bar>& bars, const Scale& scale, const Layout& layout) {
  std::map<std::pair<bool, std::uint32_t>, std::vector<Track>> rows;
  for (const Bar& bar : bars) {
    const std::size_t begin = layout.columns.at(bar.from);
    const std::size_t end = bar.to ? layout.columns.at(*bar.to) : layout.end;
    std::vector<Track>& tracks = rows[bar.row];
    auto track = std::find_if(tracks.begin(), tracks.end(), [&](const Track& t) { return t.columns <= begin; });
    if (track == tracks.end()) track = tracks.insert(track, Track{});
    track->text +=
        std::string(begin - track->columns, ' ') + Drawn(LabelOf(bar, scale), begin, end, bar.to ? '|' : '>');
    track->columns = end + 1;
  }
  const auto name = [](const std::pair<bool, std::uint32_t>& row) {
    return (row.first ? "replica " : "process ") + std::to_string(row.second);
  };
  std::size_t width = 0;
  for (const auto& [row, tracks] : rows) width = std::max(width, name(row).size());
  std::string text;
  for (const auto& [row, tracks] : rows) {
    for (const Track& track : tracks)
      text += "  " + Padded(&track == &tracks.front() ? name(row) : "", width) + "  " + track.text + "\n";
  }
  return text;
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  if (verdict == Verdict::kHolds) return "holds";
  return verdict == Verdict::kViolated ? "violated" : "inconclusive";
}

std::string JudgementLine(const std::string& name, const History& history, consistency::Consistency consistency,
                          const Judgement& judgement, const Style& style, std::size_t width) {
  std::set<std::uint32_t> processes;
  for (const Operation& operation : history.operations) processes.insert(operation.process);
  std::string line = scenarios::Printable(name) + "  " +
                     Padded(std::string(consistency::Describe(consistency).name), width) + "  " +
                     Painted(judgement.verdict, style) + "  judged " + Grouped(judgement.judged) +
                     (consistency == consistency::Consistency::kConvergence
                          ? " last values, "
                          : " of " + Count(history.operations.size(), "operation") + ", ") +
                     Count(processes.size(), "process") + ", " + Count(history.keys.size(), "key");
  if (!judgement.reason.empty()) line += ": " + scenarios::Printable(judgement.reason);
  return line + "\n";
}

std::string CounterexampleText(const History& history, const Counterexample& counterexample) {
  std::string text;
  for (const std::string& sentence : counterexample.sentences) text += "  " + scenarios::Printable(sentence) + "\n";
  const std::string operations = OperationsText(history, counterexample);
  if (!operations.empty()) text += "\n" + operations;
  const std::string diagram = Diagram(history, counterexample);
  if (!diagram.empty()) text += "\n" + diagram;
  return text;
}

std::string ClientsView(const std::string& monitor, const History& history) {
  const bool sequential = monitor == "sequential-consistency";
  if (!sequential && monitor != "linearizability") return "";
  const auto consistency = sequential ? consistency::Consistency::kSequential : consistency::Consistency::kLinearizable;
  const Judgement judgement = consistency::Check(history, *consistency::FindModel("register"), consistency);
  if (!judgement.counterexample) return "";
  return "what its clients saw\n" + CounterexampleText(history, *judgement.counterexample);
}

std::string Diagram(const History& history, const Counterexample& counterexample, std::size_t columns) {
  if (counterexample.operations.size() + counterexample.audits.size() > kMostListed) return "";
  const std::vector<Bar> bars = BarsOf(history, counterexample);
  for (const Scale& scale : kScales) {
    std::string rows = Rows(bars, scale, LayOut(bars, scale));
    if (LongestLine(rows) <= columns) return rows;
  }
  return "";
}

}  // namespace tools
