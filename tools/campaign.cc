#include "tools/campaign.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tools/interrupt.h"

namespace tools {
namespace {

using Result = absl::StatusOr<sim::Report>;

// What the threads share. Offsets count from the first seed, so that a range
// which ends at 2^64-1 needs no special case.
class Pool {
 public:
  Pool(const Experiment& experiment, const CampaignOptions& options, std::uint32_t threads)
      : experiment_(experiment),
        first_(options.seeds.first),
        last_offset_(options.seeds.last - options.seeds.first),
        keep_going_(options.keep_going),
        ahead_(16 * threads) {}

  // One thread's work.
  void Work() {
    while (const std::optional<std::uint64_t> offset = Take()) {
      Result result = Run(experiment_, {.seed = first_ + *offset, .stop = &StopRequested(), .keep_going = keep_going_});
      const std::lock_guard lock(mutex_);
      results_.emplace(*offset, std::move(result));
      changed_.notify_all();
    }
  }

  // The result at `offset`; nothing after a stop or the last one.
  std::optional<Result> Await(std::uint64_t offset, const std::function<void()>& idle) {
    using namespace std::chrono_literals;
    std::unique_lock lock(mutex_);
    while (!results_.contains(offset)) {
      // A run that a signal cut short proves nothing: what is not finished is not reported.
      if (StopRequested()) return std::nullopt;
      if (changed_.wait_for(lock, 100ms) == std::cv_status::no_timeout) continue;
      lock.unlock();
      idle();
      lock.lock();
    }
    Result result = std::move(results_.extract(offset).mapped());
    if (StopRequested() && result.ok() && !result->cut_short.empty()) return std::nullopt;
    reported_ = offset + 1;
    changed_.notify_all();
    return result;
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  // The next offset; waits while the results that nobody has read pile up.
  std::optional<std::uint64_t> Take() {
    using namespace std::chrono_literals;
    std::unique_lock lock(mutex_);
    while (!closed_ && !StopRequested() && !all_taken_ && next_ >= reported_ + ahead_) changed_.wait_for(lock, 100ms);
    if (closed_ || StopRequested() || all_taken_) return std::nullopt;
    all_taken_ = next_ == last_offset_;
    return next_++;
  }

  const Experiment& experiment_;
  const std::uint64_t first_;
  const std::uint64_t last_offset_;
  const bool keep_going_;
  const std::uint64_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Result> results_;
  std::uint64_t next_ = 0;
  std::uint64_t reported_ = 0;
  bool all_taken_ = false;
  bool closed_ = false;
};

}  // namespace

CampaignOutcome RunSeeds(const Experiment& experiment, const CampaignOptions& options,
                         const std::function<void(const sim::Report&)>& each, const std::function<void()>& idle) {
  CampaignOutcome outcome;
  const std::uint64_t last_offset = options.seeds.last - options.seeds.first;
  const auto threads_needed = static_cast<std::uint32_t>(std::min<std::uint64_t>(options.jobs - 1, last_offset) + 1);
  Pool pool(experiment, options, threads_needed);
  std::vector<std::jthread> threads;
  for (std::uint32_t i = 0; i < threads_needed; ++i) threads.emplace_back([&pool] { pool.Work(); });
  for (std::uint64_t offset = 0;; ++offset) {
    const std::optional<Result> result = pool.Await(offset, idle);
    outcome.stopped = !result.has_value();
    if (outcome.stopped) break;
    outcome.status = result->status();
    if (!result->ok()) break;
    each(**result);
    ++outcome.finished;
    if (offset == last_offset) break;
  }
  pool.Close();
  return outcome;
}

}  // namespace tools
