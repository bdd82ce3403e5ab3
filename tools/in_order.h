// In order: something done for each of many seeds, on as many threads as there may be, and heard of
// in the order of the seeds however many there are.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/interrupt.h"
#include "tools/seeds.h"

namespace tools {

struct CampaignOutcome {
  absl::Status status;         // of the first seed that could not be done, if any
  std::uint64_t finished = 0;  // seeds reported
  bool stopped = false;        // by a signal: the seeds from first + finished on are still to do
};

namespace internal {

// What the threads share. Offsets count from the first seed, so that a range
// which ends at 2^64-1 needs no special case.
template <class T>
class Pool {
 public:
  using Result = absl::StatusOr<T>;
  using Work = std::function<Result(std::uint64_t seed)>;

  Pool(SeedRange seeds, const Work& work, std::uint32_t threads)
      : work_(work), first_(seeds.first), last_offset_(seeds.last - seeds.first), ahead_(16 * threads) {}

  // One thread's work.
  void DoWork() {
    while (const std::optional<std::uint64_t> offset = Take()) {
      Result result = work_(first_ + *offset);
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
      if (StopRequested()) return std::nullopt;
      if (changed_.wait_for(lock, 100ms) == std::cv_status::no_timeout) continue;
      lock.unlock();
      idle();
      lock.lock();
    }
    Result result = std::move(results_.extract(offset).mapped());
    if (absl::IsCancelled(result.status())) return std::nullopt;
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

  const Work& work_;
  const std::uint64_t first_;
  const std::uint64_t last_offset_;
  const std::uint64_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Result> results_;
  std::uint64_t next_ = 0;
  std::uint64_t reported_ = 0;
  bool all_taken_ = false;
  bool closed_ = false;
};

}  // namespace internal

// `work` is called on the threads. What a signal cut short proves nothing: then it answers with a
// cancelled status, and is not reported. `each` gets every result, in the calling thread; `idle` is
// called there about ten times a second while waiting.
template <class T>
CampaignOutcome DoInOrder(SeedRange seeds, std::uint32_t jobs, const typename internal::Pool<T>::Work& work,
                          const std::function<void(T)>& each, const std::function<void()>& idle) {
  CampaignOutcome outcome;
  const std::uint64_t last_offset = seeds.last - seeds.first;
  const auto threads_needed = static_cast<std::uint32_t>(std::min<std::uint64_t>(jobs - 1, last_offset) + 1);
  internal::Pool<T> pool(seeds, work, threads_needed);
  std::vector<std::jthread> threads;
  for (std::uint32_t i = 0; i < threads_needed; ++i) threads.emplace_back([&pool] { pool.DoWork(); });
  for (std::uint64_t offset = 0;; ++offset) {
    std::optional<absl::StatusOr<T>> result = pool.Await(offset, idle);
    outcome.stopped = !result.has_value();
    if (outcome.stopped) break;
    outcome.status = result->status();
    if (!result->ok()) break;
    each(**std::move(result));
    ++outcome.finished;
    if (offset == last_offset) break;
  }
  pool.Close();
  return outcome;
}

}  // namespace tools
