/// Workers, job slots and the process-wide pool.
#include "runtime/threads/ThreadPool.h"

#include "runtime/base/FloatEnvironment.h"
#include "runtime/threads/CpuQuota.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <pthread.h>
#include <sched.h>
#include <system_error>

namespace delos::runtime {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a worker without work stays awake where runs follow each other as closely as that. A wake-up
/// costs the notifier about 8 us and takes 20-85 us. Elsewhere it sleeps at once: its processor may be what
/// somebody else needs next, such as a framework's own threads.
constexpr auto idleSpin = std::chrono::microseconds(20);

int64_t nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

std::atomic<ThreadPool *> processPool{nullptr};

/// The child of a fork has none of the parent's threads. The old pool is left alone: its memory may be in any
/// state.
void forgetPoolInChild() { processPool.store(nullptr); }

/// Before main, so that no fork can come between a first use and its registration.
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, forgetPoolInChild);

} // namespace

ThreadPool &ThreadPool::process() {
  ThreadPool *pool = processPool.load(std::memory_order_acquire);
  if (pool)
    return *pool;
  auto *made = new ThreadPool(usableThreads(affinityCount(), cgroupQuota()) - 1);
  if (processPool.compare_exchange_strong(pool, made, std::memory_order_acq_rel))
    return *made;
  delete made; // Another thread was first; this one has not started any worker.
  return *pool;
}

ThreadPool::ThreadPool(int workers) : workerCount(workers), placements(new WakePlacement[workers]) {}

ThreadPool::~ThreadPool() {
  stopping.store(true);
  events.notify();
  for (std::thread &thread : threads)
    thread.join();
}

void ThreadPool::start() {
  if (started.load(std::memory_order_relaxed) || started.exchange(true))
    return;
  // Signals are the host's business: workers inherit a mask that blocks them all.
  sigset_t all, saved;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &saved);
  try {
    threads.reserve(workerCount);
    for (int i = 0; i < workerCount; ++i)
      threads.emplace_back([this, i] { runWorker(i + 1); });
  } catch (const std::system_error &) {
    // Fewer workers only make runs slower: the caller alone can finish every job.
  }
  pthread_sigmask(SIG_SETMASK, &saved, nullptr);
}

int ThreadPool::reserve(PoolJob &job, int helpers) {
  if (workerCount == 0 || helpers <= 0)
    return -1;
  for (int ticket = 0; ticket < maxJobs; ++ticket) {
    Slot &slot = slots[ticket];
    if (slot.taken.load(std::memory_order_relaxed) || slot.taken.exchange(true, std::memory_order_acquire))
      continue;
    job.retain();
    slot.job = &job;
    slot.helpers.store(static_cast<uint32_t>(helpers), std::memory_order_relaxed);
    return ticket;
  }
  return -1;
}

void ThreadPool::offer(int ticket) {
  Slot &slot = slots[ticket];
  slot.ownerProcessor = sched_getcpu();
  slot.offeredAt = nanoseconds();
  uint32_t helpers = slot.helpers.load(std::memory_order_relaxed);
  for (int worker = 0; worker < std::min(workerCount, static_cast<int>(helpers)); ++worker)
    placements[worker].beforeWake(slot.ownerProcessor);
  jobs.fetch_add(1, std::memory_order_seq_cst);
  slot.state.store(0, std::memory_order_seq_cst);
  start();
  events.notify(static_cast<int>(helpers));
}

void ThreadPool::summon(int ticket) {
  Slot &slot = slots[ticket];
  // A worker that leaves looks for ready work once more after it was counted out (see runWorker), so either
  // it is seen missing here, or it sees the work.
  uint32_t inside = slot.state.load(std::memory_order_seq_cst);
  uint32_t wanted = slot.helpers.load(std::memory_order_relaxed);
  if (inside < wanted)
    events.notify(static_cast<int>(wanted - inside));
}

void ThreadPool::withdraw(int ticket) {
  Slot &slot = slots[ticket];
  if (slot.state.fetch_or(Slot::closed, std::memory_order_seq_cst) == 0)
    free(slot);
  // Workers that this job kept from another one.
  if (jobs.fetch_sub(1, std::memory_order_seq_cst) > 1)
    events.notify(1);
}

bool ThreadPool::enter(Slot &slot) {
  uint32_t inside = slot.state.load(std::memory_order_seq_cst);
  do {
    if (inside & Slot::closed || inside >= slot.helpers.load(std::memory_order_relaxed))
      return false;
  } while (!slot.state.compare_exchange_weak(inside, inside + 1, std::memory_order_seq_cst));
  return true;
}

void ThreadPool::leave(Slot &slot) {
  if (slot.state.fetch_sub(1, std::memory_order_seq_cst) == (Slot::closed | 1))
    free(slot);
}

void ThreadPool::free(Slot &slot) {
  slot.job->release();
  slot.taken.store(false, std::memory_order_release);
}

bool ThreadPool::help(int participant, bool onlyReady, JobTraits &last) {
  bool joined = false;
  for (Slot &slot : slots) {
    if (slot.state.load(std::memory_order_relaxed) & Slot::closed)
      continue;
    int busy = helping.fetch_add(1, std::memory_order_seq_cst) + 1 + jobs.load(std::memory_order_seq_cst);
    if (busy <= workerCount + 1 && enter(slot)) {
      if (!onlyReady || slot.job->hasReadyWork()) {
        last = {slot.ownerProcessor, slot.offeredAt};
        placements[participant - 1].afterWake(last.ownerProcessor);
        slot.job->participate(participant);
        joined = true;
      }
      leave(slot);
    }
    helping.fetch_sub(1, std::memory_order_seq_cst);
  }
  return joined;
}

void ThreadPool::runWorker(int participant) {
  pthread_setname_np(pthread_self(), "delos-worker");
  // Threads inherit the environment of whoever made them.
  setKernelFloatEnvironment();
  WakePlacement &placement = placements[participant - 1];
  placement.start();
  JobTraits last;
  int64_t idleSince = 0;
  bool runsFollow = false;
  while (!stopping.load()) {
    uint32_t key = events.current();
    bool joined = help(participant, /*onlyReady=*/false, last);
    if (joined)
      runsFollow = last.offeredAt - idleSince < std::chrono::nanoseconds(idleSpin).count();
    // Whoever made work ready while this worker was on its way out relies on it (see summon).
    while (help(participant, /*onlyReady=*/true, last)) {
    }
    if (joined)
      idleSince = nanoseconds();
    if (runsFollow)
      spinWhile(key);
    if (stopping.load() || events.current() != key)
      continue;
    placement.beforeSleep(last.ownerProcessor);
    events.wait(key);
  }
}

void ThreadPool::spinWhile(uint32_t key) {
  awake.fetch_add(1, std::memory_order_relaxed);
  auto deadline = Clock::now() + idleSpin;
  while (events.current() == key && Clock::now() < deadline)
    pauseProcessor();
  awake.fetch_sub(1, std::memory_order_relaxed);
}

} // namespace delos::runtime
