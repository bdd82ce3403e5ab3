#include "tools/corpus.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <system_error>
#include <vector>

#include "protocols/core/fingerprint.h"
#include "scenarios/file.h"
#include "scenarios/text.h"

namespace tools {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostResultsBytes = std::size_t{64} << 20;
constexpr std::size_t kMostSeenBytes = std::size_t{64} << 20;
constexpr char kReadMe[] =
    "# A corpus of faultline\n\n"
    "Violations that `faultline fuzz` found, one folder for each cause. `faultline replay violations` plays them all\n"
    "again; `faultline explain violations/NAME/smallest.seed` tells one. Keep what matters in the repository:\n"
    "this folder is a cache.\n";

absl::Status Cannot(const std::string& path, const std::string& what, const std::string& why) {
  return absl::InvalidArgumentError(scenarios::Printable(path) + ": cannot " + what + ": " + why +
                                    "; want a folder that can be written, see --corpus");
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return Cannot(path, "make a folder", error.message());
  if (::access(path.c_str(), W_OK) != 0) return Cannot(path, "write", std::strerror(errno));
  return absl::OkStatus();
}

// Held while files are read, changed and written back. Released by the system if the process is killed.
class Lock {
 public:
  explicit Lock(const std::string& path) : descriptor_(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX);
  }
  ~Lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int descriptor_;
};

bool Exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// "smallest.seed.a1B2c3": what a process that was killed while it wrote has left. All write under the lock, so who
// holds it knows that nobody is about to rename one.
bool IsLitter(const fs::path& path) {
  constexpr std::size_t kSuffix = 6;  // scenarios/file.cc
  const std::string suffix = path.extension().string(), kind = path.stem().extension().string();
  const bool ours = kind == ".seed" || kind == ".txt" || kind == ".results" || kind == ".json" || kind == ".md";
  return ours && suffix.size() == kSuffix + 1;
}

void SweepUp(const std::string& folder) {
  std::vector<fs::path> litter;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && IsLitter(at->path())) litter.push_back(at->path());
    if (at.depth() == 0 && at->is_symlink(ignored) && at->path().stem() == "latest" && at->path().has_extension())
      litter.push_back(at->path());
  }
  for (const fs::path& path : litter) fs::remove(path, error);
}

std::string SeenLine(const Finding& finding) {
  return finding.target + " --seed " + std::to_string(finding.seed) + "  " + finding.steps + "\n";
}

}  // namespace

absl::StatusOr<Corpus> Corpus::Open(const std::string& folder) {
  const Corpus corpus(folder);
  for (const char* name : {"violations", "shards"}) {
    if (const absl::Status made = MakeFolder(corpus.Path(name)); !made.ok()) return made;
  }
  const Lock lock(corpus.Path(".lock"));
  SweepUp(folder);
  if (const std::string readme = corpus.Path("README.md"); !Exists(readme)) {
    if (const absl::Status written = scenarios::WriteFile(readme, kReadMe); !written.ok()) return written;
  }
  return corpus;
}

absl::StatusOr<Corpus> Corpus::Read(const std::string& folder) {
  const Corpus corpus(folder);
  std::error_code ignored;
  if (fs::is_directory(corpus.Path("shards"), ignored)) return corpus;
  return absl::InvalidArgumentError(scenarios::Printable(folder) + ": no corpus: it has no folder `shards`");
}

std::string Corpus::CauseFolder(const std::string& cause) const { return Path("violations/" + cause); }

absl::Status Corpus::Keep(const Finding& finding, const scenarios::SeedFile& first, const scenarios::SeedFile& smallest,
                          const std::string& explanation) const {
  const Lock lock(Path(".lock"));
  const std::string folder = CauseFolder(finding.cause) + "/";
  if (!Exists(folder + "smallest.seed")) {
    if (const absl::Status made = MakeFolder(folder); !made.ok()) return made;
    // The last one says that the others are there.
    if (const absl::Status written = scenarios::SaveSeedFile(folder + "first.seed", first); !written.ok())
      return written;
    if (const absl::Status written = scenarios::WriteFile(folder + "explain.txt", explanation); !written.ok())
      return written;
    if (const absl::Status written = scenarios::SaveSeedFile(folder + "smallest.seed", smallest); !written.ok())
      return written;
    if (const absl::Status linked = PointLatestAt(finding.cause); !linked.ok()) return linked;
  }
  return See(finding.cause, SeenLine(finding));
}

// Sorted, each line once: the order in which processes came does not matter.
absl::Status Corpus::See(const std::string& cause, const std::string& line) const {
  const std::string path = CauseFolder(cause) + "/seen.txt";
  std::set<std::string> lines = {line};
  if (Exists(path)) {
    const absl::StatusOr<std::string> text = scenarios::ReadFile(path, kMostSeenBytes);
    if (!text.ok()) return text.status();
    for (std::size_t at = 0; at < text->size();) {
      const std::size_t end = std::min(text->find('\n', at), text->size() - 1) + 1;
      lines.insert(text->substr(at, end - at));
      at = end;
    }
  }
  std::string all;
  for (const std::string& one : lines) all += one;
  return scenarios::WriteFile(path, all);
}

absl::Status Corpus::PointLatestAt(const std::string& cause) const {
  const std::string link = Path("latest"), made = link + "." + cause;
  std::error_code error;
  fs::remove(made, error);
  fs::create_symlink("violations/" + cause, made, error);
  if (!error) fs::rename(made, link, error);
  return error ? Cannot(link, "make a link", error.message()) : absl::OkStatus();
}

absl::StatusOr<FuzzResults> Corpus::ReadResults(const std::string& name) const {
  const std::string path = Path("shards/" + name + ".results");
  if (!Exists(path)) return FuzzResults{};
  const absl::StatusOr<std::string> text = scenarios::ReadFile(path, kMostResultsBytes);
  if (!text.ok()) return text.status();
  return ParseFuzzResults(*text, scenarios::Printable(path));
}

absl::Status Corpus::WriteResults(const std::string& name, const FuzzResults& results) const {
  const Lock lock(Path(".lock"));
  return scenarios::WriteFile(Path("shards/" + name + ".results"), PrintFuzzResults(results));
}

absl::StatusOr<std::vector<std::pair<std::string, FuzzResults>>> Corpus::AllResults() const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(Path("shards"), error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".results") names.push_back(at->path().stem().string());
  }
  if (error) return Cannot(Path("shards"), "list", error.message());
  std::sort(names.begin(), names.end());
  std::vector<std::pair<std::string, FuzzResults>> all;
  for (const std::string& name : names) {
    absl::StatusOr<FuzzResults> results = ReadResults(name);
    if (!results.ok()) return results.status();
    all.emplace_back(name, *std::move(results));
  }
  return all;
}

absl::Status Corpus::WriteStats(const std::string& json) const {
  const Lock lock(Path(".lock"));
  return scenarios::WriteFile(Path("stats.json"), json);
}

absl::Status Corpus::Adopt(const Corpus& other, const Finding& finding) const {
  const Lock lock(Path(".lock"));
  const std::string from = other.CauseFolder(finding.cause) + "/", to = CauseFolder(finding.cause) + "/";
  if (const absl::Status made = MakeFolder(to); !made.ok()) return made;
  for (const char* name : {"first.seed", "explain.txt", "smallest.seed"}) {
    const absl::StatusOr<std::string> bytes = scenarios::ReadFile(from + name, scenarios::kMostSeedFileBytes);
    if (!bytes.ok()) return bytes.status();
    if (const absl::Status written = scenarios::WriteFile(to + name, *bytes); !written.ok()) return written;
  }
  if (const absl::Status linked = PointLatestAt(finding.cause); !linked.ok()) return linked;
  return See(finding.cause, SeenLine(finding));
}

absl::Status Corpus::SeeAgain(const Finding& finding) const {
  const Lock lock(Path(".lock"));
  return See(finding.cause, SeenLine(finding));
}

std::string CauseOf(const std::string& protocol, const std::string& monitor, const scenarios::SeedFile& smallest) {
  // Which kinds of faults, and whether anybody must ask anything.
  std::set<std::string> kinds;
  for (const auto& window : smallest.windows()) kinds.insert(window.kind());
  std::string cause = protocol + "\n" + monitor + "\n";
  for (const std::string& kind : kinds) cause += kind + "\n";
  if (smallest.requests().request_size() > 0 || smallest.input_size() > 0) cause += "asked\n";
  constexpr std::size_t kDigits = 8;
  return monitor + "-" + core::ToHex(core::FingerprintOf(cause)).substr(0, kDigits);
}

}  // namespace tools
