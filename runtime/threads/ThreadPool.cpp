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

/// How long a worker without work stays awake. A wake-up costs the notifier about 8 us and takes 20-85 us, so
/// a run that follows the last one at once finds its workers; longer waits only burn power.
constexpr auto idleSpin = std::chrono::microseconds(20);

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

bool ThreadPool::help(int participant, bool onlyReady, int &owner) {
  bool joined = false;
  for (Slot &slot : slots) {
    if (slot.state.load(std::memory_order_relaxed) & Slot::closed)
      continue;
    int busy = helping.fetch_add(1, std::memory_order_seq_cst) + 1 + jobs.load(std::memory_order_seq_cst);
    if (busy <= workerCount + 1 && enter(slot)) {
      if (!onlyReady || slot.job->hasReadyWork()) {
        owner = slot.ownerProcessor;
        placements[participant - 1].afterWake(owner);
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
  int owner = -1;
  while (!stopping.load()) {
    uint32_t key = events.current();
    help(participant, /*onlyReady=*/false, owner);
    // Whoever made work ready while this worker was on its way out relies on it (see summon).
    while (help(participant, /*onlyReady=*/true, owner)) {
    }
    awake.fetch_add(1, std::memory_order_relaxed);
    auto deadline = std::chrono::steady_clock::now() + idleSpin;
    while (events.current() == key && std::chrono::steady_clock::now() < deadline)
      pauseProcessor();
    awake.fetch_sub(1, std::memory_order_relaxed);
    if (stopping.load() || events.current() != key)
      continue;
    placement.beforeSleep(owner);
    events.wait(key);
  }
}

} // namespace delos::runtime
