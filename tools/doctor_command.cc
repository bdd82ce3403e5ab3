// doctor: what this program is and where it runs, to paste into an issue; and
// whether a run depends on more than its seed here.
//
// The second plays a scenario in child processes whose surroundings differ in
// what must not matter (surroundings.h). Every line that they print must be the
// same, byte for byte: verdict, counts, digest and ladder. Where two differ, both
// are played once more and saved, and the first event at which they part is named.
#include <sys/utsname.h>

#include <bit>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <type_traits>

#include "absl/strings/str_join.h"
#include "protocols/tracing/json.h"
#include "scenarios/file.h"
#include "tools/commands.h"
#include "tools/difference.h"
#include "tools/exit_code.h"
#include "tools/report_text.h"
#include "tools/surroundings.h"
#include "tools/terminal.h"

namespace tools {
namespace {

namespace fs = std::filesystem;

// ---- what this is -------------------------------------------------------------

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string Compiler() {
#ifdef __clang__
  return "clang++ " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." +
         std::to_string(__clang_patchlevel__);
#else
  return "g++ " __VERSION__;
#endif
}

std::string StandardLibrary() {
#ifdef _LIBCPP_VERSION
  return "libc++ " + std::to_string(_LIBCPP_VERSION);
#else
  return "libstdc++ " + std::to_string(__GLIBCXX__);
#endif
}

std::string Assertions() {
#ifdef NDEBUG
  return "off";
#else
  return "on";
#endif
}

std::string Machine() {
  utsname name{};
  ::uname(&name);
  return std::string(name.machine) + ", " + std::to_string(sizeof(void*) * CHAR_BIT) + " bits, " +
         (std::endian::native == std::endian::big ? "big-endian" : "little-endian") + ", char is " +
         (std::is_signed_v<char> ? "signed" : "unsigned");
}

std::string System() {
  utsname name{};
  ::uname(&name);
  std::string distribution;
  std::ifstream release("/etc/os-release");
  for (std::string line; std::getline(release, line);) {
    if (line.starts_with("PRETTY_NAME=")) distribution = line.substr(12) + ", ";
  }
  std::erase(distribution, '"');
  return distribution + name.sysname + " " + name.release;
}

// The variables that have changed a program's behaviour before.
std::string Environment() {
  std::vector<std::string> set;
  for (const char* name : {"LANG", "LC_ALL", "TZ", "LD_PRELOAD", "GLIBC_TUNABLES", "MALLOC_PERTURB_"}) {
    const char* value = std::getenv(name);
    if (value != nullptr) set.push_back(std::string(name) + "=" + scenarios::Printable(value));
  }
  return set.empty() ? "nothing unusual" : absl::StrJoin(set, " ");
}

Facts Describe() {
  return {{"faultline", FAULTLINE_VERSION},
          {"compiler", Compiler()},
          {"options", FAULTLINE_FLAGS},
          {"assertions", Assertions()},
          {"library", StandardLibrary()},
          {"packages", FAULTLINE_PACKAGES},
          {"machine", Machine()},
          {"processors", std::to_string(std::thread::hardware_concurrency())},
          {"system", System()},
          {"environment", Environment()}};
}

int PrintFacts(bool json) {
  tracing::JsonWriter out;
  out.BeginObject();
  for (const auto& [name, value] : Describe()) {
    if (!json) Print(name + std::string(14 - name.size(), ' ') + value + "\n");
    out.Key(name);
    out.String(scenarios::Printable(value));
  }
  out.EndObject();
  if (json) Print(out.Take() + "\n");
  return kAsExpected;
}

// ---- whether it is deterministic ------------------------------------------------

// A run as its line of JSON tells it.
struct Line {
  std::string seed, digest;
};

absl::StatusOr<Line> ReadLine(std::string_view text, const std::string& name) {
  Line line;
  tracing::JsonReader in(text, name);
  in.BeginObject();
  while (const auto key = in.NextKey()) {
    if (*key == "seed") {
      line.seed = in.ReadString();
    } else if (*key == "digest") {
      line.digest = in.ReadString();
    } else {
      in.Skip();
    }
  }
  in.Finish();
  return in.ok() ? absl::StatusOr<Line>(line) : in.status();
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class Scratch {
 public:
  Scratch() {
    std::string path = fs::temp_directory_path().string() + "/faultline_XXXXXX";
    if (::mkdtemp(path.data()) != nullptr) folder_ = path;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

class Examination {
 public:
  explicit Examination(const DoctorOptions& options)
      : options_(options),
        program_(options.program.empty() ? OwnProgram() : options.program),
        style_(StyleOf(options.output.color)),
        progress_(options.output.progress) {
    // A way may start in another folder.
    std::error_code error;
    const fs::path absolute = fs::absolute(options.determinism, error);
    scenario_ = !error && fs::exists(absolute, error) ? absolute.string() : options.determinism;
  }

  int Run();

 private:
  std::vector<std::string> Arguments(const std::string& jobs) const;
  void Tell(const Way& way, const ChildResult& plain, const ChildResult& other);
  void TellWhere(const std::string& seed, const Way& plain, const Way& way);
  absl::StatusOr<scenarios::Expected> Save(const std::string& seed, const Way& way, const std::string& file);
  void PrintJson(const std::string& fingerprint) const;
  void PrintText(const std::string& fingerprint) const;

  const DoctorOptions& options_;
  const std::string program_;
  const Style style_;
  Progress progress_;
  const Scratch scratch_;
  std::string scenario_;
  std::vector<std::string> compared_, not_possible_, different_;
  std::size_t runs_ = 0;
};

std::vector<std::string> Examination::Arguments(const std::string& jobs) const {
  std::vector<std::string> arguments{"run", scenario_, "--format", "json", "--progress", "never", "--jobs", jobs};
  if (options_.seeds) {
    arguments.push_back("--seeds");
    arguments.push_back(std::to_string(options_.seeds->first) + ".." + std::to_string(options_.seeds->last));
  }
  return arguments;
}

int Examination::Run() {
  const std::vector<Way> ways = Ways();
  const absl::StatusOr<ChildResult> plain = RunChild(program_, Arguments("1"), ways.front());
  if (!plain.ok()) return PrintErrors(plain.status());
  const std::vector<std::string> lines = Lines(plain->out);
  // It has said why on standard error. Two empty outputs would be equal too.
  if (plain->code > kInconclusive) return plain->code;
  if (lines.empty()) return PrintErrors(absl::InternalError(program_ + " printed nothing"));
  runs_ = lines.size();
  compared_.push_back(ways.front().name);
  core::Fingerprint all;
  std::string digest;
  for (const std::string& text : lines) {
    const absl::StatusOr<Line> line = ReadLine(text, program_);
    if (!line.ok()) return PrintErrors(line.status());
    digest = line->digest;
    all.MixBytes(text);
  }

  for (std::size_t i = 1; i < ways.size(); ++i) {
    progress_.Show("  " + ways[i].name);
    const absl::StatusOr<ChildResult> other = RunChild(program_, Arguments("2"), ways[i]);
    progress_.Clear();
    if (absl::IsFailedPrecondition(other.status())) {
      not_possible_.push_back(ways[i].name);
      continue;
    }
    if (!other.ok()) return PrintErrors(other.status());
    compared_.push_back(ways[i].name);
    if (other->code == plain->code && other->out == plain->out) continue;
    different_.push_back(ways[i].name);
    Tell(ways[i], *plain, *other);
  }
  const std::string fingerprint = runs_ == 1 ? digest : core::ToHex(all.Finished());
  if (options_.output.json) {
    PrintJson(fingerprint);
  } else if (!options_.output.quiet || !different_.empty()) {
    PrintText(fingerprint);
  }
  return different_.empty() ? kAsExpected : kNotDeterministic;
}

// The first run in which the two differ.
void Examination::Tell(const Way& way, const ChildResult& plain, const ChildResult& other) {
  std::fprintf(stderr, "NOT DETERMINISTIC  %s: plain, and %s\n", scenarios::Printable(scenario_).c_str(),
               way.name.c_str());
  if (plain.code != other.code) std::fprintf(stderr, "  exit status %d and %d\n", plain.code, other.code);
  const std::vector<std::string> then = Lines(plain.out), now = Lines(other.out);
  for (std::size_t i = 0; i < then.size(); ++i) {
    if (i < now.size() && then[i] == now[i]) continue;
    const absl::StatusOr<Line> was = ReadLine(then[i], "plain");
    const absl::StatusOr<Line> is = ReadLine(i < now.size() ? now[i] : "", way.name);
    if (!was.ok()) return;
    std::fprintf(stderr, "  seed %s: digest %s, then %s\n", was->seed.c_str(), was->digest.c_str(),
                 is.ok() ? is->digest.c_str() : "none");
    return TellWhere(was->seed, Ways().front(), way);
  }
}

// A seed file of each knows more of the run than its line does.
void Examination::TellWhere(const std::string& seed, const Way& plain, const Way& way) {
  const absl::StatusOr<scenarios::Expected> then = Save(seed, plain, "plain.seed");
  const absl::StatusOr<scenarios::Expected> now = Save(seed, way, "other.seed");
  for (const auto& saved : {then, now}) {
    if (!saved.ok()) {
      PrintErrors(saved.status());
      return;
    }
  }
  if (then->digest == now->digest) {
    std::fputs("  played once more, both gave the same digest: it does not happen every time\n", stderr);
    return;
  }
  std::fprintf(stderr, "  %s\n", FirstDifference(*then, *now).c_str());
}

absl::StatusOr<scenarios::Expected> Examination::Save(const std::string& seed, const Way& way,
                                                      const std::string& file) {
  const std::string path = scratch_.Path(file);
  const absl::StatusOr<ChildResult> run =
      RunChild(program_, {"run", scenario_, "--quiet", "--progress", "never", "--seed", seed, "--save", path}, way);
  if (!run.ok()) return run.status();
  const absl::StatusOr<scenarios::LoadedSeed> saved = scenarios::LoadSeedFile(path);
  if (!saved.ok()) return saved.status();
  return saved->expected;
}

void Examination::PrintText(const std::string& fingerprint) const {
  std::string text = "  " + absl::StrJoin(compared_, " · ") + "\n";
  if (!not_possible_.empty()) text += "  not possible here: " + absl::StrJoin(not_possible_, " · ") + "\n";
  text += "  " + std::to_string(compared_.size()) + " processes, ";
  if (runs_ != 1) text += Grouped(runs_) + " runs each, ";
  if (different_.empty()) {
    text += (runs_ == 1 ? "1 digest  " : "1 fingerprint  ") + fingerprint + "  " + style_.Good("deterministic") + "\n";
  } else {
    text += style_.Bad("NOT DETERMINISTIC") + ": " + absl::StrJoin(different_, ", ") + "\n";
  }
  Print(text);
}

void Examination::PrintJson(const std::string& fingerprint) const {
  tracing::JsonWriter out;
  const auto list = [&out](std::string_view key, const std::vector<std::string>& words) {
    out.Key(key);
    out.BeginArray();
    for (const std::string& word : words) out.String(word);
    out.EndArray();
  };
  out.BeginObject();
  out.Key("scenario");
  out.String(scenarios::Printable(options_.determinism));
  out.Key("deterministic");
  out.Bool(different_.empty());
  out.Key("digest");
  out.String(fingerprint);
  out.Key("runs");
  out.NumberAsString(runs_);
  list("processes", compared_);
  list("not_possible", not_possible_);
  list("different", different_);
  out.EndObject();
  Print(out.Take() + "\n");
}

}  // namespace

int DoctorCommand(const DoctorOptions& options) {
  return options.determinism.empty() ? PrintFacts(options.output.json) : Examination(options).Run();
}

}  // namespace tools
