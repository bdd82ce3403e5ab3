// merge: joins the corpora of shards. Any of them, in any order, come to the same bytes; all of them to those of the
// campaign in one piece.
#include <map>
#include <set>

#include "tools/commands.h"
#include "tools/corpus.h"
#include "tools/exit_code.h"
#include "tools/fuzz_report.h"
#include "tools/terminal.h"

namespace tools {
namespace {

// "0123456789abcdef" of "0123456789abcdef-2-of-5".
std::string CampaignOf(const std::string& name) { return name.substr(0, name.find('-')); }

// Where a cause is taken from: the corpus in which the run with the lowest number led to it.
struct Source {
  const Corpus* corpus = nullptr;
  Finding finding;
};

class Merge {
 public:
  explicit Merge(Corpus out) : out_(std::move(out)) {}

  absl::Status Take(const Corpus& corpus) {
    const auto all = corpus.AllResults();
    if (!all.ok()) return all.status();
    for (const auto& [name, results] : *all) {
      if (const absl::Status taken = Take(CampaignOf(name), results); !taken.ok()) {
        return absl::InvalidArgumentError(corpus.folder() + ": " + std::string(taken.message()));
      }
      for (const auto& [run, finding] : results.findings) {
        Source& source = found_[{CampaignOf(name), run}];
        source = {&corpus, finding};
      }
    }
    return absl::OkStatus();
  }

  absl::Status Write() {
    for (const auto& [campaign, results] : campaigns_) {
      std::set<std::string> written;
      for (const auto& [run, finding] : results.findings) {
        const Source& source = found_.at({campaign, run});
        const bool first = written.insert(finding.cause).second;
        const absl::Status kept = first ? out_.Adopt(*source.corpus, finding) : out_.SeeAgain(finding);
        if (!kept.ok()) return kept;
      }
      if (const absl::Status saved = out_.WriteResults(NameOf(campaign, results), results); !saved.ok()) return saved;
    }
    return absl::OkStatus();
  }

  const std::map<std::string, FuzzResults>& campaigns() const { return campaigns_; }

 private:
  absl::Status Take(const std::string& campaign, const FuzzResults& results) {
    const auto [at, fresh] = campaigns_.try_emplace(campaign, results);
    if (fresh) return absl::OkStatus();
    absl::StatusOr<FuzzResults> joined = Join(at->second, results);
    if (!joined.ok()) return joined.status();
    at->second = *std::move(joined);
    return absl::OkStatus();
  }

  // One share has its own name; several that are not all of them are named by those that are there.
  static std::string NameOf(const std::string& campaign, const FuzzResults& results) {
    std::string name = campaign;
    for (const Share& share : results.shares) name += "-" + std::to_string(share.index);
    return name + "-of-" + std::to_string(results.shares.front().of);
  }

  const Corpus out_;
  std::map<std::string, FuzzResults> campaigns_;
  std::map<std::pair<std::string, std::uint64_t>, Source> found_;
};

}  // namespace

int MergeCommand(const MergeOptions& options) {
  std::vector<Corpus> corpora;
  for (const std::string& folder : options.in) {
    absl::StatusOr<Corpus> corpus = Corpus::Read(folder);
    if (!corpus.ok()) return PrintErrors(corpus.status());
    corpora.push_back(*std::move(corpus));
  }
  absl::StatusOr<Corpus> out = Corpus::Open(options.out);
  if (!out.ok()) return PrintErrors(out.status());
  Merge merge(*std::move(out));
  for (const Corpus& corpus : corpora) {
    if (const absl::Status taken = merge.Take(corpus); !taken.ok()) return PrintErrors(taken);
  }
  if (const absl::Status written = merge.Write(); !written.ok()) return PrintErrors(written);
  int code = merge.campaigns().empty() ? kInconclusive : kAsExpected;
  const Style style = StyleOf(options.output.color);
  for (const auto& [campaign, results] : merge.campaigns()) {
    if (!results.findings.empty()) code = Worse(code, kUnexpected);
    if (results.shares.size() != 1 || results.shares.front().of != 1) {
      code = Worse(code, kInconclusive);
      if (!options.output.json)
        Print("shards        " + std::to_string(results.shares.size()) + " of " +
              std::to_string(results.shares.front().of) + " are here, or they are not equally far\n");
    }
    Print(options.output.json ? FuzzJson(results) : FuzzText(results, style));
  }
  if (merge.campaigns().empty()) Print("nothing to merge: no *.results in these folders\n");
  return code;
}

}  // namespace tools
