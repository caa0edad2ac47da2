/// Seats of a run that tasks of the host take.
#include "runtime/threads/HostWorkers.h"

#include "runtime/base/FloatEnvironment.h"

#include <algorithm>
#include <memory>

namespace delos::runtime {

/// One helper: at most one of its tasks is on its way or running.
struct HostWorkers::Seat {
  Session *session = nullptr;
  int participant = 0;
  std::atomic<bool> scheduled{false};
};

/// A job and its seats. The owner holds a reference, and so does every task on its way.
struct HostWorkers::Session {
  Session(PoolJob &job, int helpers) : job(job), helpers(helpers), seats(new Seat[helpers]) {
    job.retain();
    for (int i = 0; i < helpers; ++i) {
      seats[i].session = this;
      seats[i].participant = i + 1;
    }
  }
  ~Session() { job.release(); }

  void release() {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }

  PoolJob &job;
  const int helpers;
  std::unique_ptr<Seat[]> seats;
  std::atomic<bool> closed{false};
  std::atomic<int32_t> references{1};
};

HostWorkers::HostWorkers(TaskHost &host) : host(host) {}

HostWorkers::~HostWorkers() { withdraw(0); }

int HostWorkers::workers() const { return std::max(host.workers(), 0); }

int HostWorkers::reserve(PoolJob &job, int helpers) {
  if (session || helpers <= 0)
    return -1;
  session = new Session(job, helpers);
  return 0;
}

void HostWorkers::summon(int) {
  for (int i = 0; i < session->helpers; ++i) {
    Seat &seat = session->seats[i];
    if (seat.scheduled.load(std::memory_order_seq_cst) || seat.scheduled.exchange(true))
      continue;
    session->references.fetch_add(1, std::memory_order_relaxed);
    host.schedule(runSeat, &seat);
  }
}

void HostWorkers::withdraw(int) {
  if (!session)
    return;
  session->closed.store(true, std::memory_order_release);
  session->release();
  session = nullptr;
}

void HostWorkers::runSeat(void *argument) {
  Seat &seat = *static_cast<Seat *>(argument);
  Session &session = *seat.session;
  do {
    if (!session.closed.load(std::memory_order_acquire)) {
      KernelFloatScope floats;
      session.job.participate(seat.participant);
    }
    seat.scheduled.store(false, std::memory_order_seq_cst);
    // Whoever made work ready while this task was on its way out relied on it.
  } while (!session.closed.load(std::memory_order_acquire) && session.job.hasReadyWork() &&
           !seat.scheduled.exchange(true));
  session.release();
}

} // namespace delos::runtime
