// Corpus: the folder of a campaign, and nothing outside it.
//
//   README.md                       what this is, and how to replay all of it
//   latest                          the violation that was found last (a link)
//   stats.json                      how it goes: the one file that knows the time
//   shards/<campaign>-0-of-1.results
//   violations/<invariant>-<cause>/ first.seed  smallest.seed  explain.txt  seen.txt
//
// Names come from content, never from time or host, so that who finds the same writes the same. Files are written whole
// or not at all, under a lock, so that several processes may use one corpus, and a kill loses nothing finished.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "scenarios/seed_file.h"
#include "tools/fuzz_results.h"

namespace tools {

class Corpus {
 public:
  // Makes the folder if there is none. An error says what stands in its place, or that it cannot be written.
  static absl::StatusOr<Corpus> Open(const std::string& folder);

  // One that is there already; nothing is written.
  static absl::StatusOr<Corpus> Read(const std::string& folder);

  // "found/violations/vote-once-5f1c0e2a", the folder of a cause.
  std::string CauseFolder(const std::string& cause) const;
  // A violation as it was found and as it was shrunk, and what people read. One that is there already stays, and is
  // seen once more.
  absl::Status Keep(const Finding& finding, const scenarios::SeedFile& first, const scenarios::SeedFile& smallest,
                    const std::string& explanation) const;

  // Of the campaign with this name: what has been done of it; nothing yet, if there is no such file.
  absl::StatusOr<FuzzResults> ReadResults(const std::string& name) const;
  absl::Status WriteResults(const std::string& name, const FuzzResults& results) const;
  // All there are, by name.
  absl::StatusOr<std::vector<std::pair<std::string, FuzzResults>>> AllResults() const;

  absl::Status WriteStats(const std::string& json) const;
  // Takes over a cause from another corpus.
  absl::Status Adopt(const Corpus& other, const Finding& finding) const;
  // Another run that led to a cause that is here.
  absl::Status SeeAgain(const Finding& finding) const;

  const std::string& folder() const { return folder_; }

 private:
  explicit Corpus(std::string folder) : folder_(std::move(folder)) {}

  std::string Path(const std::string& name) const { return (std::filesystem::path(folder_) / name).string(); }
  absl::Status See(const std::string& cause, const std::string& line) const;
  absl::Status PointLatestAt(const std::string& cause) const;

  std::string folder_;
};

// What a violation is filed under: the invariant, and a fingerprint of what brought it about, whatever the seed.
std::string CauseOf(const std::string& protocol, const std::string& monitor, const scenarios::SeedFile& smallest);

}  // namespace tools
