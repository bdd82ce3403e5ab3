#include "protocols/tracing/trace_files.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "protocols/tracing/json.h"
#include "protocols/tracing/otlp.h"

namespace tracing {
namespace {

namespace fs = std::filesystem;

using faultline::otlp::ExportTraceServiceRequest;

constexpr std::string_view kIndexName = "index.json";
constexpr std::string_view kDecodedName = "decoded.jsonl";

// A recording longer than this is one with a broken timestamp in it.
constexpr core::Duration kLongestRecording = std::chrono::hours(24 * 366 * 10);

// An export whose time is not known yet unless an index gave it.
struct Export {
  std::optional<core::Duration> at;
  Batch batch;
  std::string origin;  // for messages: file, or file:line
};
using Exports = std::vector<Export>;
using Index = std::map<std::uint64_t, core::Duration>;  // request number -> arrival

absl::Status Problem(std::string_view name, const std::string& problem) {
  return absl::InvalidArgumentError(std::string(name) + ": " + problem);
}

bool IsBinary(std::string_view name) { return name.ends_with(".bin") || name.ends_with(".pb"); }
bool IsJsonLines(std::string_view name) { return name.ends_with(".jsonl"); }
bool IsJson(std::string_view name) { return name.ends_with(".json"); }
bool IsTraceFile(std::string_view name) { return IsBinary(name) || IsJsonLines(name) || IsJson(name); }

absl::Status Append(Exports& exports, absl::StatusOr<Batch> batch, std::string origin) {
  if (!batch.ok()) return Problem(origin, std::string(batch.status().message()));
  if (exports.size() == kMaxExports) {
    return Problem(origin, "more than " + std::to_string(kMaxExports) + " exports; read fewer files");
  }
  exports.push_back({std::nullopt, *std::move(batch), std::move(origin)});
  return absl::OkStatus();
}

// ---- One file ----

absl::Status AppendJson(Exports& exports, std::string_view name, std::string_view text, std::size_t line,
                        std::string origin) {
  const absl::StatusOr<ExportTraceServiceRequest> request = ParseJson(text, name, line);
  if (!request.ok()) return request.status();
  return Append(exports, Batch::FromRequest(*request), std::move(origin));
}

absl::Status AppendJsonLines(Exports& exports, std::string_view name, std::string_view content) {
  for (std::size_t line = 1; !content.empty(); ++line) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view text = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (text.find_first_not_of(" \t\r") == text.npos) continue;
    const absl::Status appended = AppendJson(exports, name, text, line, std::string(name) + ":" + std::to_string(line));
    if (!appended.ok()) return appended;
  }
  return absl::OkStatus();
}

// A JSON object of something else also reads as a request, one whose keys are
// all unknown: a file that yields no span at all is most likely a mistake.
absl::Status CheckSpans(std::string_view name, const Exports& exports, std::size_t first) {
  const bool any = std::any_of(exports.begin() + static_cast<std::ptrdiff_t>(first), exports.end(),
                               [](const Export& e) { return !e.batch.spans().empty(); });
  return any ? absl::OkStatus()
             : Problem(name, "holds no span; want OTLP/JSON, {\"resourceSpans\":[...]}, or the file out of the way");
}

absl::Status AppendFile(Exports& exports, std::string_view name, std::string_view content) {
  if (IsBinary(name)) return Append(exports, Batch::FromBytes(std::string(content)), std::string(name));
  if (!IsJson(name) && !IsJsonLines(name)) {
    return Problem(name, "not a trace file by its name; want .json, .jsonl, .bin or .pb");
  }
  if (content.empty()) return Problem(name, "the file is empty; record it again or remove it");
  const std::size_t first = exports.size();
  const absl::Status appended = IsJsonLines(name) ? AppendJsonLines(exports, name, content)
                                                  : AppendJson(exports, name, content, 1, std::string(name));
  return appended.ok() ? CheckSpans(name, exports, first) : appended;
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return Problem(path.string(), "not a file that can be read; want a file or a folder");
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return Problem(path.string(), error.message());
  if (size > kMaxTraceFileBytes) {
    return Problem(path.string(), "is larger than " + std::to_string(kMaxTraceFileBytes) + " bytes; split it");
  }
  std::ifstream file(path, std::ios::binary);
  std::string content(size, '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (!file) return Problem(path.string(), "cannot be read; check its permissions");
  return content;
}

// Where the content of a path comes from: a disk or memory.
using Read = std::function<absl::StatusOr<std::string>(const fs::path&)>;

absl::Status AppendPath(Exports& exports, const fs::path& path, const Read& read) {
  const absl::StatusOr<std::string> content = read(path);
  return content.ok() ? AppendFile(exports, path.string(), *content) : content.status();
}

// ---- A folder ----

absl::StatusOr<Index> ParseIndex(std::string_view name, std::string_view content) {
  JsonReader in(content, name);
  Index index;
  in.BeginObject();
  while (const auto key = in.NextKey()) {
    if (*key != "requests") {
      in.Skip();
      continue;
    }
    in.BeginArray();
    while (in.NextElement()) {
      std::optional<std::uint64_t> number;
      std::optional<core::Duration> at;
      in.BeginObject();
      while (const auto field = in.NextKey()) {
        if (*field == "no") {
          number = in.ReadUint64();
        } else if (*field == "t_ms") {
          at = std::chrono::milliseconds(in.ReadUint32());
        } else {
          in.Skip();
        }
      }
      if (!number || !at) {
        in.Fail("a request needs its number \"no\" and its arrival \"t_ms\"");
      } else if (!index.emplace(*number, *at).second) {
        in.Fail("request " + std::to_string(*number) + " is here for the second time");
      }
    }
  }
  in.Finish();
  if (!in.ok()) return in.status();
  return index;
}

// Gives the exports from `first` on, those of one folder, their times.
absl::Status ApplyIndex(const fs::path& path, Exports& exports, std::size_t first, const Read& read) {
  const absl::StatusOr<std::string> content = read(path);
  if (!content.ok()) return content.status();
  const absl::StatusOr<Index> index = ParseIndex(path.string(), *content);
  if (!index.ok()) return index.status();
  for (std::size_t i = first; i < exports.size(); ++i) {
    const auto entry = index->find(i - first);
    if (entry == index->end()) {
      return Problem(path.string(), "no request " + std::to_string(i - first) + ", which is " + exports[i].origin +
                                        "; complete the index or remove it");
    }
    exports[i].at = entry->second;
  }
  return absl::OkStatus();
}

// One folder's own files, sorted. Symbolic links to folders are not followed.
using Folders = std::map<std::string, std::vector<fs::path>>;

absl::StatusOr<Folders> ListFiles(const fs::path& root) {
  Folders folders;
  std::error_code error;
  fs::recursive_directory_iterator entry(root, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error)) folders[entry->path().parent_path().string()].push_back(entry->path());
  }
  if (error) return Problem(root.string(), error.message());
  for (auto& [folder, files] : folders) std::sort(files.begin(), files.end());
  return folders;
}

absl::Status AppendFolder(Exports& exports, const std::vector<fs::path>& files, const Read& read) {
  const std::size_t first = exports.size();
  const bool has_binary =
      std::any_of(files.begin(), files.end(), [](const fs::path& file) { return file.extension() == ".bin"; });
  const fs::path* index = nullptr;
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    if (name == kIndexName) {
      index = &file;
    } else if (IsTraceFile(name) && !(has_binary && name == kDecodedName)) {
      if (absl::Status appended = AppendPath(exports, file, read); !appended.ok()) return appended;
    }
  }
  if (index == nullptr || exports.size() == first) return absl::OkStatus();
  return ApplyIndex(*index, exports, first, read);
}

absl::Status AppendTree(Exports& exports, const fs::path& root) {
  const absl::StatusOr<Folders> folders = ListFiles(root);
  if (!folders.ok()) return folders.status();
  for (const auto& [folder, files] : *folders) {
    if (absl::Status appended = AppendFolder(exports, files, ReadFile); !appended.ok()) return appended;
  }
  if (exports.empty()) return Problem(root.string(), "no trace file in this folder; want .json, .jsonl, .bin or .pb");
  return absl::OkStatus();
}

// ---- Times ----

std::optional<std::uint64_t> EarliestStart(const Exports& exports) {
  std::optional<std::uint64_t> earliest;
  for (const Export& e : exports) {
    for (const SpanSummary& span : e.batch.spans()) {
      if (span.start_nanos != 0) earliest = std::min(earliest.value_or(span.start_nanos), span.start_nanos);
    }
  }
  return earliest;
}

// An export without a usable timestamp arrives at once.
core::Duration LatestEnd(const Export& e, std::uint64_t origin) {
  std::uint64_t latest = origin;
  for (const SpanSummary& span : e.batch.spans()) latest = std::max(latest, span.end_nanos);
  const std::uint64_t longest = static_cast<std::uint64_t>(core::Duration::max().count());
  return core::Duration(static_cast<core::Duration::rep>(std::min(latest - origin, longest)));
}

absl::StatusOr<std::vector<RecordedExport>> Timed(std::string_view name, Exports exports) {
  const bool any =
      std::any_of(exports.begin(), exports.end(), [](const Export& e) { return !e.batch.spans().empty(); });
  if (!any) return Problem(name, "holds no span; nothing to replay");

  const std::uint64_t origin = EarliestStart(exports).value_or(0);
  std::vector<RecordedExport> timed;
  for (Export& e : exports) {
    const core::Duration at = e.at ? *e.at : LatestEnd(e, origin);
    if (at > kLongestRecording) {
      return Problem(e.origin,
                     "ends more than ten years after the earliest start; a timestamp is broken or not in nanoseconds");
    }
    timed.push_back({at, std::move(e.batch)});
  }
  std::stable_sort(timed.begin(), timed.end(),
                   [](const RecordedExport& a, const RecordedExport& b) { return a.at < b.at; });
  return timed;
}

}  // namespace

absl::StatusOr<std::vector<RecordedExport>> ReadTraces(const std::string& path) {
  Exports exports;
  std::error_code error;
  if (!fs::exists(path, error)) return absl::NotFoundError(path + ": no such file or folder");
  const absl::Status appended =
      fs::is_directory(path, error) ? AppendTree(exports, path) : AppendPath(exports, path, ReadFile);
  if (!appended.ok()) return appended;
  return Timed(path, std::move(exports));
}

absl::StatusOr<std::vector<RecordedExport>> ParseTraces(std::string_view name, std::string_view content) {
  if (content.size() > kMaxTraceFileBytes) return Problem(name, "is too large; split it");
  Exports exports;
  if (absl::Status appended = AppendFile(exports, name, content); !appended.ok()) return appended;
  return Timed(name, std::move(exports));
}

absl::StatusOr<std::vector<RecordedExport>> ParseTraces(std::string_view name, const std::vector<TraceFile>& files) {
  std::map<fs::path, std::string_view> contents;
  for (const TraceFile& file : files) contents.emplace(file.path, file.content);
  Folders folders;
  for (const auto& [path, content] : contents) folders[path.parent_path().string()].push_back(path);
  Exports exports;
  for (const auto& [folder, paths] : folders) {
    const absl::Status appended =
        AppendFolder(exports, paths, [&](const fs::path& path) { return std::string(contents.at(path)); });
    if (!appended.ok()) return appended;
  }
  return Timed(name, std::move(exports));
}

}  // namespace tracing
