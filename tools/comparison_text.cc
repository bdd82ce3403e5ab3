#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "scenarios/text.h"
#include "tools/comparison_report.h"
#include "tools/judgement_text.h"
#include "tools/report_text.h"

namespace tools {
namespace {

constexpr std::size_t kLineWidth = 118;

std::string Count(std::uint64_t number, const std::string& one) {
  return Grouped(number) + " " + one + (number == 1 ? "" : "s");
}

std::string Left(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string Right(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

// ---- a table with a column for each protocol -------------------------------------------------------

enum class Tone : std::uint8_t { kPlain, kGood, kBad, kDoubtful };

// `number` stands to the right of the words.
struct Field {
  std::string words;
  std::string number;
  Tone tone = Tone::kPlain;
};
struct Row {
  std::string label;
  std::vector<Field> fields;  // by protocol; none: a heading
};

std::string Painted(const std::string& text, Tone tone, const Style& style) {
  if (tone == Tone::kGood) return style.Good(text);
  if (tone == Tone::kBad) return style.Bad(text);
  return tone == Tone::kDoubtful ? style.Doubtful(text) : text;
}

constexpr std::size_t kBetween = 2;  // the words and the number, at least

std::size_t WidthOf(const Field& field) {
  return field.words.size() + (field.number.empty() ? 0 : kBetween + field.number.size());
}

std::size_t WidestOf(const std::vector<Row>& rows, std::size_t protocol) {
  std::size_t widest = 0;
  for (const Row& row : rows) widest = std::max(widest, row.fields.empty() ? 0 : WidthOf(row.fields[protocol]));
  return widest;
}

// Padded beside the paint: escapes have no width.
std::string FieldText(const Field& field, std::size_t width, const Style& style) {
  return Painted(field.words, field.tone, style) + Right(field.number, width - field.words.size());
}

// The protocols from `first` to before `last`.
std::string BlockText(const std::vector<Row>& rows, const std::vector<std::size_t>& widths, std::size_t label,
                      std::size_t first, std::size_t last, const Style& style) {
  std::string text;
  for (const Row& row : rows) {
    std::string line = row.fields.empty() ? row.label : Left(row.label, label);
    for (std::size_t i = first; i < last && !row.fields.empty(); ++i) {
      line += "   " + FieldText(row.fields[i], widths[i], style);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

// As many protocols beside one another as a line takes, the others below.
std::string TableText(const std::vector<Row>& rows, std::size_t protocols, const Style& style) {
  std::size_t label = 0;
  for (const Row& row : rows) label = std::max(label, row.fields.empty() ? 0 : row.label.size());
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < protocols; ++i) widths.push_back(WidestOf(rows, i));
  std::string text;
  for (std::size_t first = 0; first < protocols;) {
    std::size_t last = first;
    for (std::size_t width = label; last < protocols; ++last) {
      width += 3 + widths[last];
      if (width > kLineWidth && last > first) break;
    }
    text += (first == 0 ? "" : "\n") + BlockText(rows, widths, label, first, last, style);
    first = last;
  }
  return text;
}

// ---- what stands in it ------------------------------------------------------------------------------

class Rows {
 public:
  explicit Rows(const Comparison& comparison) : comparison_(comparison) {}

  void Heading(std::string label) { rows_.push_back({std::move(label), {}}); }
  template <class FieldOf>
  void Add(std::string label, FieldOf&& field_of) {
    Row row{std::move(label), {}};
    for (const Standing& standing : comparison_.standings) row.fields.push_back(field_of(standing));
    rows_.push_back(std::move(row));
  }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  const Comparison& comparison_;
  std::vector<Row> rows_;
};

Field FieldOf(const Cell& cell) {
  if (cell.seeds() == 0) return {"-", "", Tone::kPlain};
  const std::string of = " of " + Grouped(cell.seeds());
  std::string words;
  if (cell.violated != 0) words = "violated " + Grouped(cell.violated);
  if (cell.inconclusive != 0) words += (words.empty() ? "" : ", ") + ("inconclusive " + Grouped(cell.inconclusive));
  const Tone tone = cell.violated != 0 ? Tone::kBad : cell.inconclusive != 0 ? Tone::kDoubtful : Tone::kGood;
  return {words.empty() ? "holds" : words + of, Grouped(cell.judged), tone};
}

Field Invariants(const Comparison& comparison, const Standing& standing) {
  const std::vector<std::string> broken = Broken(comparison, standing);
  if (!broken.empty()) return {"violated: " + absl::StrJoin(broken, ", "), "", Tone::kBad};
  const auto holding = std::count_if(standing.summary.monitors.begin(), standing.summary.monitors.end(),
                                     [](const auto& entry) { return entry.second.violated == 0; });
  return {Grouped(static_cast<std::uint64_t>(holding)) + " hold", "", Tone::kGood};
}

// "1 234.5", rounded down.
std::string Tenths(std::uint64_t tenths) { return Grouped(tenths / 10) + "." + std::to_string(tenths % 10); }

// "98.2 %", rounded down: 100 % is all of them.
std::string Percent(std::uint64_t part, std::uint64_t whole) { return Tenths(part * 1000 / whole) + " %"; }
std::string Percent(const Share& share) { return Percent(share.answered, share.asked); }

Field FieldOf(const Share& share) {
  if (share.asked == 0) return {"-", "", Tone::kPlain};
  return {Right(Percent(share), 7) + " of", Grouped(share.asked), Tone::kPlain};
}

Share Together(const Availability& availability, std::size_t place) {
  const Share &reads = availability.reads[place], &writes = availability.writes[place];
  return {reads.answered + writes.answered, reads.asked + writes.asked};
}

std::uint64_t Microseconds(core::Duration duration) {
  return static_cast<std::uint64_t>(duration / std::chrono::microseconds(1));
}
// "12.304 ms"
std::string Milliseconds(core::Duration duration) {
  const std::uint64_t micros = Microseconds(duration);
  return Grouped(micros / 1000) + "." + Right(std::to_string(micros % 1000 + 1000), 4).substr(1) + " ms";
}
Field FieldOf(core::Duration duration) { return {"", Milliseconds(duration), Tone::kPlain}; }

void AddConsistencies(Rows& rows) {
  rows.Heading("consistency of what clients saw; the number of operations judged (convergence: of last values)");
  const auto& names = consistency::Consistencies();
  for (std::size_t i = 0; i < names.size(); ++i) {
    rows.Add("  " + std::string(names[i].name), [&](const Standing& standing) { return FieldOf(standing.cells[i]); });
  }
}

void AddInvariants(const Comparison& comparison, Rows& rows) {
  rows.Heading("what nodes did");
  rows.Add("  invariants", [&](const Standing& standing) { return Invariants(comparison, standing); });
}

void AddAvailability(Rows& rows) {
  constexpr std::string_view kLabels[] = {"  network whole", "  majority's side", "  minority's side"};
  rows.Heading("operations answered before their clients gave up, by whom they asked");
  for (std::size_t place = 0; place < kPlaces; ++place) {
    rows.Add(std::string(kLabels[place]),
             [&](const Standing& standing) { return FieldOf(Together(standing.measures.availability, place)); });
    rows.Add("    reads",
             [&](const Standing& standing) { return FieldOf(standing.measures.availability.reads[place]); });
    rows.Add("    writes",
             [&](const Standing& standing) { return FieldOf(standing.measures.availability.writes[place]); });
  }
  rows.Heading("time to an answer");
  rows.Add("  median", [](const Standing& standing) { return FieldOf(standing.measures.latency.Median()); });
  rows.Add("  longest", [](const Standing& standing) { return FieldOf(standing.measures.latency.Longest()); });
}

void AddFates(Rows& rows) {
  const auto add = [&](std::string label, auto&& number_of) {
    rows.Add(std::move(label), [&](const Standing& standing) {
      return Field{"", Grouped(number_of(standing.measures.fates)), Tone::kPlain};
    });
  };
  rows.Heading("acknowledged writes");
  add("  all", [](const Fates& fates) { return fates.acknowledged; });
  rows.Add("  median until everywhere",
           [](const Standing& standing) { return FieldOf(standing.measures.fates.visible.Median()); });
  rows.Add("  longest until everywhere",
           [](const Standing& standing) { return FieldOf(standing.measures.fates.visible.Longest()); });
  add("  never seen everywhere", [](const Fates& fates) { return fates.nowhere; });
  add("  missed by a later read", [](const Fates& fates) { return fates.stale; });
  rows.Add("  missed for at most", [](const Standing& standing) { return FieldOf(standing.measures.fates.stalest); });
  add("  lost", [](const Fates& fates) { return fates.lost; });
  add("  resurrected", [](const Fates& fates) { return fates.resurrected; });
}

void AddSpans(const Comparison& comparison, Rows& rows) {
  const auto add = [&](std::string label, auto&& number_of) {
    rows.Add(std::move(label), [&](const Standing& standing) {
      return Field{"", Grouped(number_of(standing.measures.spans)), Tone::kPlain};
    });
  };
  std::set<std::string> reasons;
  for (const Standing& standing : comparison.standings) {
    for (const auto& [reason, spans] : standing.measures.spans.dropped) reasons.insert(reason);
  }
  rows.Heading("spans");
  add("  emitted", [](const sim::SpanCounts& spans) { return spans.emitted; });
  add("  acknowledged", [](const sim::SpanCounts& spans) { return spans.acknowledged; });
  add("  stored by all the core", [](const sim::SpanCounts& spans) { return spans.stored; });
  for (const std::string& reason : reasons) {
    add("  dropped, " + reason, [&](const sim::SpanCounts& spans) {
      const auto found = spans.dropped.find(reason);
      return found == spans.dropped.end() ? 0 : found->second;
    });
  }
  add("  in flight at the end", [](const sim::SpanCounts& spans) { return spans.in_flight; });
}

Field Patience(const Lapses& lapses) {
  if (!lapses.least_patience) return {"-", "", Tone::kPlain};
  if (lapses.least_patience == lapses.most_patience) return FieldOf(*lapses.least_patience);
  return {"", Milliseconds(*lapses.least_patience) + " to " + Milliseconds(*lapses.most_patience), Tone::kPlain};
}

void AddLapses(Rows& rows) {
  rows.Heading("unavailable: nothing committed or answered for longer than the patience, though somebody waits");
  rows.Add("  patience", [](const Standing& standing) { return Patience(standing.measures.lapses); });
  rows.Add("  of the storm", [](const Standing& standing) {
    const Lapses& lapses = standing.measures.lapses;
    if (Microseconds(lapses.storm) == 0) return Field{"-", "", Tone::kPlain};
    return Field{"", Percent(Microseconds(lapses.unavailable), Microseconds(lapses.storm)), Tone::kPlain};
  });
  rows.Add("  longest", [](const Standing& standing) { return FieldOf(standing.measures.lapses.longest); });
}

void AddCosts(Rows& rows) {
  const auto add = [&](std::string label, std::uint64_t Costs::*cost) {
    rows.Add(std::move(label), [cost](const Standing& standing) {
      const Costs& costs = standing.measures.costs;
      return Field{"", costs.commits == 0 ? "-" : Tenths(costs.*cost * 10 / costs.commits), Tone::kPlain};
    });
  };
  rows.Heading("what a commit costs the cluster");
  rows.Add("  commits", [](const Standing& standing) {
    return Field{"", Grouped(standing.measures.costs.commits), Tone::kPlain};
  });
  add("  messages, each", &Costs::messages);
  add("  bytes", &Costs::bytes);
  add("  syncs", &Costs::syncs);
}

void AddHealing(Rows& rows) {
  const auto add = [&](Spread Healing::*spread, std::uint64_t Healing::*not_yet) {
    const auto time = [&](std::string label, core::Duration (Spread::*of)() const) {
      rows.Add(std::move(label), [=](const Standing& standing) {
        const Spread& times = standing.measures.healing.*spread;
        return times.count() == 0 ? Field{"-", "", Tone::kPlain} : FieldOf((times.*of)());
      });
    };
    time("  median", &Spread::Median);
    time("  longest", &Spread::Longest);
    rows.Add("  runs that ended first", [=](const Standing& standing) {
      return Field{"", Grouped(standing.measures.healing.*not_yet), Tone::kPlain};
    });
  };
  rows.Heading("healed: from the end of the storm until something asked since is committed");
  add(&Healing::committed, &Healing::not_yet);
  rows.Add("  runs without a commit", [](const Standing& standing) {
    return Field{"", Grouped(standing.measures.healing.not_needed), Tone::kPlain};
  });
  rows.Heading("and until every node of the core has applied it");
  add(&Healing::everywhere, &Healing::not_everywhere);
}

// ---- Theorem 1.1 ------------------------------------------------------------------------------------

std::string Available(const Standing& standing) {
  const auto say = [&](Place place) {
    const Served served = ServedAt(standing.measures.availability, place);
    if (served == Served::kUntested) return std::string("untested");
    if (served == Served::kAll) return std::string("yes");
    return served == Served::kNothing ? std::string("no") : std::string(ServedName(served)) + " only";
  };
  return "majority's side " + say(Place::kMajority) + ", minority's side " + say(Place::kMinority);
}

std::string Tolerant(const Comparison& comparison, const Standing& standing) {
  if (!Broken(comparison, standing).empty()) return "no";
  const consistency::ConsistencyName* kept = Kept(standing);
  if (standing.measures.availability.windows == 0) return "untested";
  return kept == nullptr ? "keeps no consistency" : "yes, and " + std::string(kept->name);
}

std::string TheoremText(const Comparison& comparison) {
  std::vector<std::vector<std::string>> lines{{"Theorem 1.1", "available", "tolerant of partitions", "converges"}};
  for (const Standing& standing : comparison.standings) {
    lines.push_back({"  " + scenarios::Printable(standing.protocol), Available(standing),
                     Tolerant(comparison, standing), std::string(ConvergedName(standing))});
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      std::size_t width = 0;
      for (const auto& other : lines) width = std::max(width, other[i].size());
      row += (i == 0 ? "" : "   ") + (i + 1 == line.size() ? line[i] : Left(line[i], width));
    }
    text += row + "\n";
  }
  return text;
}

// ---- what was not judged, or cannot be believed -------------------------------------------------------

std::string PartitionsText(const Availability& first) {
  std::string text = Count(first.windows, "partition") + " had two sides";
  if (first.left_out != 0)
    text += "; " + Grouped(first.left_out) + " had not, and what was asked meanwhile is not counted as answered or not";
  return text + "\n";
}

std::string NotesText(const Comparison& comparison, const Style& style) {
  std::string text;
  if (HasHistories(comparison)) text += PartitionsText(comparison.standings.front().measures.availability);
  for (const Standing& standing : comparison.standings) {
    const std::string name = scenarios::Printable(standing.protocol);
    for (const std::string& monitor : Broken(comparison, standing)) {
      const MonitorTotal& total = standing.summary.monitors.at(monitor);
      text += style.Bad("violated") + "  " + name + "  " + monitor + "  " + Count(total.violated, "seed") + ", first " +
              std::to_string(*total.first_violated) + ": " + scenarios::Printable(total.explanation) + "\n";
    }
    for (const std::string& doubt : Doubts(comparison, standing))
      text += style.Doubtful("inconclusive") + "  " + name + "  " + scenarios::Printable(doubt) + "\n";
  }
  return text;
}

std::string SeedsText(const Comparison& comparison) {
  const SeedRange& seeds = comparison.seeds;
  const std::uint64_t more = seeds.last - seeds.first;
  std::string text = seeds.single() ? "seed " + std::to_string(seeds.first)
                                    : "seeds " + std::to_string(seeds.first) + ".." + std::to_string(seeds.last);
  if (more != UINT64_MAX && comparison.finished <= more)
    text += ", " + Grouped(comparison.finished) + " of them played";
  return text;
}

}  // namespace

std::string_view ServedName(Served served) {
  constexpr std::string_view kNames[] = {"untested", "nothing", "reads", "writes", "all"};
  return kNames[static_cast<std::size_t>(served)];
}

std::string_view ConvergedName(const Standing& standing) {
  const auto& names = consistency::Consistencies();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].consistency != consistency::Consistency::kConvergence) continue;
    const Cell& cell = standing.cells[i];
    if (cell.violated != 0 || standing.measures.fates.lost != 0) return "no";
    return cell.inconclusive == 0 ? "yes" : "unknown";
  }
  return "unknown";
}

std::string ComparisonText(const Comparison& comparison, const Style& style) {
  const bool histories = HasHistories(comparison);
  Rows rows(comparison);
  rows.Add("", [](const Standing& standing) {
    return Field{scenarios::Printable(standing.protocol), "", Tone::kPlain};
  });
  if (histories) AddConsistencies(rows);
  AddInvariants(comparison, rows);
  AddLapses(rows);
  AddHealing(rows);
  AddCosts(rows);
  if (HasSpans(comparison)) AddSpans(comparison, rows);
  if (histories) {
    AddAvailability(rows);
    AddFates(rows);
  }
  const std::string notes = NotesText(comparison, style);
  return scenarios::Printable(comparison.scenario) + "  " + SeedsText(comparison) + "  one tape of faults for " +
         Count(comparison.standings.size(), "protocol") + "\n\n" +
         TableText(rows.rows(), comparison.standings.size(), style) +
         (histories ? "\n" + TheoremText(comparison) : "") + (notes.empty() ? "" : "\n" + notes);
}

std::string ExhibitText(const Exhibit& exhibit, const Style& style) {
  std::vector<std::string> names;
  for (const consistency::Consistency refuted : exhibit.refuted)
    names.emplace_back(consistency::Describe(refuted).name);
  return "\n" + style.Bad(scenarios::Printable(exhibit.standing->protocol) + " is not " + absl::StrJoin(names, ", ")) +
         ": seed " + std::to_string(exhibit.example->seed) + ", " + Count(exhibit.example->size(), "line") + "\n" +
         CounterexampleText(*exhibit.example->history, exhibit.example->counterexample) + "  keep          " +
         exhibit.keep + "\n  judge         " + exhibit.judge + "\n";
}

}  // namespace tools
