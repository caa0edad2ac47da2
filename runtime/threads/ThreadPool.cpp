/// Workers, job slots and the process-wide pool.
#include "runtime/threads/ThreadPool.h"

#include "runtime/base/FloatEnvironment.h"
#include "runtime/threads/CpuQuota.h"

#include <chrono>
#include <csignal>
#include <pthread.h>
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

ThreadPool *makeProcessPool() {
  static const bool registered = pthread_atfork(nullptr, nullptr, forgetPoolInChild) == 0;
  (void)registered;
  return new ThreadPool(usableThreads(affinityCount(), cgroupQuota()) - 1);
}

} // namespace

ThreadPool &ThreadPool::process() {
  ThreadPool *pool = processPool.load(std::memory_order_acquire);
  if (pool)
    return *pool;
  ThreadPool *made = makeProcessPool();
  if (processPool.compare_exchange_strong(pool, made, std::memory_order_acq_rel))
    return *made;
  delete made; // Another thread was first; this one has not started any worker.
  return *pool;
}

ThreadPool::ThreadPool(int workers) : workerCount(workers) {}

ThreadPool::~ThreadPool() {
  stopping.store(true);
  eventCount.notify();
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

int ThreadPool::attach(PoolJob &job) {
  if (workerCount == 0)
    return -1;
  for (int ticket = 0; ticket < maxJobs; ++ticket) {
    Slot &slot = slots[ticket];
    if (slot.taken.load(std::memory_order_relaxed) || slot.taken.exchange(true, std::memory_order_acquire))
      continue;
    slot.job.store(&job, std::memory_order_seq_cst);
    start();
    eventCount.notify();
    return ticket;
  }
  return -1;
}

void ThreadPool::detach(int ticket) {
  Slot &slot = slots[ticket];
  slot.job.store(nullptr, std::memory_order_seq_cst);
  // A worker announces itself before it reads the job, so whoever could still hold it is counted here.
  for (int spins = 0; slot.helpers.load(std::memory_order_seq_cst) != 0; ++spins) {
    pauseProcessor();
    if (spins > 1000)
      std::this_thread::yield();
  }
  slot.taken.store(false, std::memory_order_release);
}

bool ThreadPool::visitJobs(int participant) {
  bool visited = false;
  for (Slot &slot : slots) {
    if (!slot.job.load(std::memory_order_relaxed))
      continue;
    int helpers = slot.helpers.fetch_add(1, std::memory_order_seq_cst) + 1;
    PoolJob *job = slot.job.load(std::memory_order_seq_cst);
    if (job && helpers <= job->maxHelpers()) {
      job->participate(participant);
      visited = true;
    }
    slot.helpers.fetch_sub(1, std::memory_order_seq_cst);
  }
  return visited;
}

void ThreadPool::runWorker(int participant) {
  pthread_setname_np(pthread_self(), "delos-worker");
  // Threads inherit the environment of whoever made them.
  setKernelFloatEnvironment();
  while (!stopping.load()) {
    uint32_t key = eventCount.current();
    visitJobs(participant);
    auto deadline = std::chrono::steady_clock::now() + idleSpin;
    while (eventCount.current() == key && std::chrono::steady_clock::now() < deadline)
      pauseProcessor();
    if (!stopping.load())
      eventCount.wait(key);
  }
}

} // namespace delos::runtime
