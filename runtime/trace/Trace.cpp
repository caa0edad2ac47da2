/// Merging the participants' events.
#include "runtime/trace/Trace.h"

#include <algorithm>

namespace delos::runtime {

Trace TraceRecorder::collect() const {
  Trace trace;
  trace.seconds = now();
  for (const auto &list : lists)
    trace.events.insert(trace.events.end(), list.begin(), list.end());
  std::sort(trace.events.begin(), trace.events.end(),
            [](const TraceEvent &a, const TraceEvent &b) { return a.begin < b.begin; });
  return trace;
}

} // namespace delos::runtime
