#include "scenarios/seed_file.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/text_format.h"
#include "protocols/core/params.h"
#include "scenarios/file.h"

namespace scenarios {
namespace {

using faultline::scenarios::SeedFile;

constexpr std::string_view kVerdicts[] = {"holds", "violated", "inconclusive"};

void Write(const std::vector<core::Parameter>& from,
           google::protobuf::RepeatedPtrField<faultline::scenarios::Parameter>& to) {
  for (const core::Parameter& parameter : from) {
    faultline::scenarios::Parameter& added = *to.Add();
    added.set_key(parameter.key);
    added.set_value(parameter.value);
  }
}

void Write(const sim::FaultWindow& from, faultline::scenarios::Window& to) {
  to.set_kind(from.kind);
  to.set_begin(core::FormatDuration(from.begin));
  to.set_end(core::FormatDuration(from.end));
  for (const core::NodeId node : from.nodes) to.add_nodes(core::Number(node));
  Write(from.params, *to.mutable_params());
  to.set_fault(from.fault);
  to.set_ordinal(from.ordinal);
  if (from.when) to.set_when(sim::FormatAnchor(*from.when));
}

constexpr int kMostRequests = 1'000'000;
constexpr std::size_t kMarkDigits = 4, kMarksPerLine = 64;

void Write(const sim::Trail& from, faultline::scenarios::Trail& to) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < from.marks.size(); ++i) {
    std::string& line = i % kMarksPerLine == 0 ? *to.add_marks() : *to.mutable_marks()->rbegin();
    for (const int shift : {12, 8, 4, 0}) line += kDigits[(from.marks[i] >> shift) & 15];
  }
  for (const std::string& change : from.changes) to.add_changes(change);
  to.set_changes_until(std::to_string(from.changes_until));
}

void Write(const std::vector<sim::SentRequest>& from, faultline::scenarios::Requests& to) {
  for (const sim::SentRequest& request : from) {
    faultline::scenarios::Request& added = *to.add_request();
    added.set_client(request.client);
    added.set_sequence(std::to_string(request.sequence));
    added.set_at(core::FormatDuration(request.at));
    added.set_draws(std::to_string(request.draws));
    added.set_node(request.node);
  }
}

void Write(const Expected& from, faultline::scenarios::Expected& to) {
  to.set_verdict(std::string(OutcomeName(from.verdict)));
  if (!from.monitor.empty()) {
    to.set_monitor(from.monitor);
    to.set_event(std::to_string(from.event));
    to.set_explanation(from.explanation);
  }
  to.set_digest(from.digest);
  to.set_events(std::to_string(from.events));
  for (const Rung& rung : from.ladder) {
    faultline::scenarios::Rung& added = *to.add_ladder();
    added.set_event(std::to_string(rung.event));
    added.set_time(core::FormatDuration(rung.time));
    added.set_digest(rung.digest);
  }
  if (!from.trail.marks.empty()) Write(from.trail, *to.mutable_trail());
}

bool IsDigest(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Reads what Write wrote; keeps the first thing that is wrong.
class Reader {
 public:
  explicit Reader(const Locations& where) : where_(where) {}

  void Read(const faultline::scenarios::Window& from, const std::string& path, std::uint32_t nodes,
            sim::FaultWindow& to) {
    to.kind = from.kind();
    to.fault = from.fault();
    to.ordinal = from.ordinal();
    Value(path + ".begin", from.begin(), core::ParseDuration, to.begin);
    Value(path + ".end", from.end(), core::ParseDuration, to.end);
    if (to.end < to.begin) Problem(path + ".end", "want an end after the beginning");
    if (!from.when().empty()) Value(path + ".when", from.when(), sim::ParseAnchor, to.when.emplace());
    for (const std::uint32_t node : from.nodes()) {
      if (node >= nodes)
        Problem(path + ".nodes", "no node n" + std::to_string(node) + " in a cluster of " + std::to_string(nodes));
      to.nodes.push_back(core::NodeId{node});
    }
    for (const faultline::scenarios::Parameter& parameter : from.params()) {
      to.params.push_back({parameter.key(), parameter.value()});
    }
  }

  // In order of their times, and of each client in order of its numbers: what the engine relies on.
  void Read(const faultline::scenarios::Requests& from, const sim::Plan& plan, std::vector<sim::SentRequest>& to) {
    if (from.request_size() > kMostRequests)
      return Problem("requests", "want at most " + std::to_string(kMostRequests) + ", got more");
    std::vector<std::uint64_t> last(plan.workload.clients);
    for (int i = 0; i < from.request_size(); ++i) {
      const std::string path = "requests.request[" + std::to_string(i) + "]";
      const faultline::scenarios::Request& request = from.request(i);
      sim::SentRequest& read = to.emplace_back();
      read.client = request.client();
      read.node = request.node();
      Value(path + ".sequence", request.sequence(), core::ParseCount, read.sequence);
      Value(path + ".at", request.at(), core::ParseDuration, read.at);
      Value(path + ".draws", request.draws(), core::ParseCount, read.draws);
      if (read.client >= plan.workload.clients)
        return Problem(path + ".client", "no c" + std::to_string(read.client) + " among " +
                                             std::to_string(plan.workload.clients) + " clients");
      if (read.node >= plan.nodes) Problem(path + ".node", "no node n" + std::to_string(read.node));
      if (i > 0 && read.at < to[to.size() - 2].at) Problem(path + ".at", "want requests in the order of their times");
      if (read.sequence <= last[read.client]) Problem(path + ".sequence", "want numbers of a client that grow, from 1");
      last[read.client] = read.sequence;
    }
  }

  void Read(const faultline::scenarios::Expected& from, Expected& to) {
    const auto* verdict = std::find(std::begin(kVerdicts), std::end(kVerdicts), from.verdict());
    if (verdict == std::end(kVerdicts))
      return Problem("expected.verdict", "want holds, violated or inconclusive, got \"" + from.verdict() + "\"");
    to.verdict = static_cast<sim::Outcome>(verdict - std::begin(kVerdicts));
    to.monitor = from.monitor();
    const bool names_one = !to.monitor.empty();
    if (names_one != (to.verdict == sim::Outcome::kViolated))
      Problem("expected.monitor", "want the violated monitor exactly if the verdict is violated");
    if (names_one) Value("expected.event", from.event(), core::ParseCount, to.event);
    to.explanation = from.explanation();
    Digest("expected.digest", from.digest(), to.digest);
    Value("expected.events", from.events(), core::ParseCount, to.events);
    for (int i = 0; i < from.ladder_size(); ++i) {
      const std::string path = "expected.ladder[" + std::to_string(i) + "]";
      Rung& rung = to.ladder.emplace_back();
      Value(path + ".event", from.ladder(i).event(), core::ParseCount, rung.event);
      Value(path + ".time", from.ladder(i).time(), core::ParseDuration, rung.time);
      Digest(path + ".digest", from.ladder(i).digest(), rung.digest);
    }
    if (from.has_trail()) Read(from.trail(), to.trail);
  }

  void Read(const faultline::scenarios::Trail& from, sim::Trail& to) {
    for (const std::string& line : from.marks()) {
      for (std::size_t at = 0; at < line.size(); at += kMarkDigits) {
        const char* const end = line.data() + std::min(at + kMarkDigits, line.size());
        std::uint16_t mark = 0;
        const auto [stop, error] = std::from_chars(line.data() + at, end, mark, 16);
        if (error != std::errc() || stop != end || line.size() % kMarkDigits != 0)
          return Problem("expected.trail.marks", "want groups of four hexadecimal digits");
        to.marks.push_back(mark);
      }
    }
    to.changes.assign(from.changes().begin(), from.changes().end());
    Value("expected.trail.changes_until", from.changes_until(), core::ParseCount, to.changes_until);
  }

  template <class T, class Parse>
  void Value(const std::string& path, const std::string& text, Parse parse, T& to) {
    const absl::StatusOr<T> value = parse(text);
    if (value.ok()) {
      to = *value;
    } else {
      Problem(path, std::string(value.status().message()));
    }
  }

  void Problem(const std::string& path, const std::string& problem) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(where_.Error(path, problem));
  }
  const absl::Status& status() const { return status_; }

 private:
  void Digest(const std::string& path, const std::string& text, std::string& to) {
    if (!IsDigest(text)) Problem(path, "want 32 hexadecimal digits, got \"" + text.substr(0, 40) + "\"");
    to = text;
  }

  const Locations& where_;
  absl::Status status_;
};

class Silent : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

// The format of a file that may have fields we do not know yet.
std::uint32_t PeekFormat(std::string_view text) {
  Silent silent;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  parser.AllowUnknownField(true);
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  SeedFile file;
  parser.Parse(&stream, &file);
  return file.format();
}

absl::Status CheckFormat(std::uint32_t format, const std::string& file) {
  if (format == kSeedFileFormat) return absl::OkStatus();
  if (format == 0) return absl::InvalidArgumentError(file + ": format: not a seed file: it does not say `format: 1`");
  return absl::InvalidArgumentError(
      file + ": format: " + std::to_string(format) +
      " is newer than this program, which reads 1: replay it with the version that wrote it");
}

bool SourceIsEmbedded(const std::string& source) {
  const std::vector<std::string> known = EmbeddedSources();
  return source.empty() || std::find(known.begin(), known.end(), source) != known.end();
}

std::string FirstLine(const std::string& name) { return "# faultline replay " + name + ".seed\n"; }

}  // namespace

std::string_view OutcomeName(sim::Outcome outcome) { return kVerdicts[static_cast<std::size_t>(outcome)]; }

Expected ExpectedOf(const sim::Report& report) {
  Expected expected;
  expected.verdict = report.outcome;
  expected.digest = core::ToHex(report.digest);
  expected.events = report.events;
  if (report.violation) {
    expected.monitor = report.violation->monitor;
    expected.event = report.violation->event;
    expected.explanation = Printable(report.violation->explanation);
  }
  for (const sim::Checkpoint& checkpoint : report.ladder) {
    expected.ladder.push_back({checkpoint.event, checkpoint.time, core::ToHex(checkpoint.digest)});
  }
  expected.trail = report.trail;
  for (std::string& change : expected.trail.changes) change = Printable(change);
  return expected;
}

SeedFile SeedFileOf(const LoadedScenario& scenario, const sim::Report& report, const std::vector<InputExport>& input,
                    std::string_view version) {
  SeedFile file;
  file.set_format(kSeedFileFormat);
  file.set_version(std::string(version));
  file.set_name(scenario.plan.name);
  file.set_seed(std::to_string(report.seed));
  *file.mutable_scenario() = scenario.proto;
  if (!input.empty()) file.mutable_scenario()->mutable_traces()->set_source("input");
  for (const sim::FaultWindow& window : report.windows) Write(window, *file.add_windows());
  for (const InputExport& one : input) {
    faultline::scenarios::Input& added = *file.add_input();
    added.set_at(core::FormatDuration(one.at));
    added.set_request(one.request);
  }
  if (scenario.plan.workload.sent) Write(*scenario.plan.workload.sent, *file.mutable_requests());
  Write(ExpectedOf(report), *file.mutable_expected());
  return file;
}

std::string PrintSeedFile(const SeedFile& file) { return FirstLine(file.name()) + PrintText(file); }

absl::Status SaveSeedFile(const std::string& path, const LoadedScenario& scenario, const sim::Report& report,
                          const std::vector<InputExport>& input, std::string_view version) {
  return SaveSeedFile(path, SeedFileOf(scenario, report, input, version));
}

absl::Status SaveSeedFile(const std::string& path, const SeedFile& file) {
  const std::string text = PrintSeedFile(file);
  if (text.size() > kMostSeedFileBytes)
    return absl::InvalidArgumentError(path + ": the traces make it larger than 256 MiB: run with fewer");
  return WriteFile(path, text);
}

absl::StatusOr<LoadedSeed> ParseSeedFile(std::string_view text, const std::string& file) {
  SeedFile proto;
  Locations where;
  const absl::Status parsed = ParseText(text, file, proto, where);
  const absl::Status format = CheckFormat(parsed.ok() ? proto.format() : PeekFormat(text), file);
  // A newer file's unknown fields are no mistakes of its writer.
  if (!parsed.ok() && (format.ok() || PeekFormat(text) == 0)) return parsed;
  if (!format.ok()) return format;

  Expected expected;
  Reader reader(where);
  reader.Read(proto.expected(), expected);
  const absl::Status read = reader.status();
  absl::StatusOr<LoadedSeed> loaded = Resolve(std::move(proto), std::move(where), file);
  if (!loaded.ok() || !read.ok()) return loaded.ok() ? read : loaded.status();
  loaded->expected = std::move(expected);
  return loaded;
}

absl::StatusOr<LoadedSeed> Resolve(SeedFile proto, Locations where, const std::string& file) {
  const std::string& source = proto.scenario().traces().source();
  if (proto.input().empty() && !SourceIsEmbedded(source)) {
    return absl::InvalidArgumentError(
        where.Error("scenario.traces.source", "\"" + source + "\" is not built in and the file has no `input`"));
  }
  const Origin origin{.name = proto.name(), .file = file, .folder = "", .own_input = !proto.input().empty()};
  absl::StatusOr<LoadedScenario> scenario = Resolve(proto.scenario(), std::move(where), origin, "scenario.");
  if (!scenario.ok()) return scenario.status();

  LoadedSeed loaded;
  loaded.file = file;
  loaded.version = proto.version();
  loaded.shrunk = proto.shrunk();
  loaded.scenario = *std::move(scenario);
  sim::Plan& plan = loaded.scenario.plan;
  Reader reader(loaded.scenario.where);
  if (proto.name().empty()) reader.Problem("name", "want the scenario's name");
  reader.Value("seed", proto.seed(), core::ParseCount, loaded.seed);
  std::vector<sim::FaultWindow>& windows = plan.windows.emplace();
  for (int i = 0; i < proto.windows_size(); ++i) {
    reader.Read(proto.windows(i), "windows[" + std::to_string(i) + "]", plan.nodes, windows.emplace_back());
  }
  if (proto.has_requests()) reader.Read(proto.requests(), plan, plan.workload.sent.emplace());
  for (int i = 0; i < proto.input_size(); ++i) {
    InputExport& input = loaded.input.emplace_back();
    reader.Value("input[" + std::to_string(i) + "].at", proto.input(i).at(), core::ParseDuration, input.at);
    input.request = std::move(*proto.mutable_input(i)->mutable_request());
  }
  if (!reader.status().ok()) return reader.status();
  return loaded;
}

absl::StatusOr<LoadedSeed> LoadSeedFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMostSeedFileBytes);
  if (!text.ok()) return text.status();
  return ParseSeedFile(*text, Printable(path));
}

absl::StatusOr<SeedFile> ReadSeedFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMostSeedFileBytes);
  if (!text.ok()) return text.status();
  if (const auto checked = ParseSeedFile(*text, Printable(path)); !checked.ok()) return checked.status();
  SeedFile file;
  Locations where;
  if (const absl::Status parsed = ParseText(*text, Printable(path), file, where); !parsed.ok()) return parsed;
  return file;
}

}  // namespace scenarios
