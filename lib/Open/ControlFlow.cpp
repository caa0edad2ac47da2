// Openers of control flow that is decided while opening: If with a known condition, loops with known trip
// counts.
#include "lib/Open/OpenerTable.h"

namespace delos::open {

namespace {

/// Longer loops are left to a loop in the task program.
constexpr int64_t kMaxTrips = 1024;

/// A scalar bool that is known; nullopt otherwise.
std::optional<bool> knownTruth(Node &n, Tensor x) {
  const ShapeValue *value = n.lookup(x);
  auto numbers = value ? value->asIntegers() : std::nullopt;
  return numbers && numbers->size() == 1 ? std::optional(numbers->front() != 0) : std::nullopt;
}

Tensors openIf(Node &n) {
  auto condition = n.knownFlag(0);
  if (!condition)
    return {};
  mlir::Region *body = n.body(*condition ? "then_branch" : "else_branch");
  Tensors results;
  if (!body || !n.open(*body, {}, results))
    return {n.builder().fail("expected two branches")};
  return results;
}

/// Stacks per-trip results along a fresh dim.
Tensor stack(OpenBuilder &b, llvm::ArrayRef<Tensor> parts, int64_t dim) {
  llvm::SmallVector<Tensor> rows;
  for (const Tensor &part : parts)
    rows.push_back(part ? b.unsqueeze(part, dim) : part);
  return b.concat(rows, dim);
}

/// Trips of a loop that states them; nullopt (and a failure) when they depend on data.
std::optional<int64_t> knownTrips(Node &n) {
  if (!n.optional(0))
    return kMaxTrips + 1;
  auto trips = n.knownIntegers(0);
  if (!trips || trips->size() != 1) {
    n.builder().fail("expected one trip count");
    return std::nullopt;
  }
  return trips->front();
}

/// Unrolled while the trip count lasts and the condition is known to hold.
Tensors openLoop(Node &n) {
  OpenBuilder &b = n.builder();
  auto trips = knownTrips(n);
  mlir::Region *body = n.body("body");
  if (!trips || !body)
    return {b.fail("expected a body")};
  Tensors carried;
  for (size_t k = 2; k < n.operandCount(); ++k)
    carried.push_back(n.in(k));
  std::vector<llvm::SmallVector<Tensor>> scanned;
  Tensor condition = n.optional(1) ? n.optional(1) : b.scalar(1, b.i1());
  for (int64_t trip = 0; trip < *trips && !b.failed(); ++trip) {
    auto holds = knownTruth(n, condition);
    if (!holds || trip >= kMaxTrips)
      return {b.unsupported("the number of trips depends on data or exceeds " + llvm::Twine(kMaxTrips))};
    if (!*holds)
      break;
    llvm::SmallVector<Tensor> arguments{b.scalar(trip, b.i64()), condition};
    llvm::append_range(arguments, carried);
    Tensors results;
    if (!n.open(*body, arguments, results) || results.size() < 1 + carried.size())
      return {b.fail("expected a body that yields a condition and every carried value")};
    condition = results[0];
    std::copy_n(results.begin() + 1, carried.size(), carried.begin());
    scanned.resize(results.size() - 1 - carried.size());
    for (size_t k = 0; k < scanned.size(); ++k)
      scanned[k].push_back(results[1 + carried.size() + k]);
  }
  Tensors outputs = carried;
  if (!b.failed() && scanned.empty() && n.resultCount() > carried.size())
    return {b.unsupported("scan outputs of a loop without trips")};
  for (auto &parts : scanned)
    outputs.push_back(stack(b, parts, 0));
  return outputs;
}

//===-- Scan ----------------------------------------------------------------------------------===//

/// Attributes of a Scan, one entry per scanned operand or result.
struct ScanShape {
  size_t states, inputs;
  Ints inputAxes, inputDirections, outputAxes, outputDirections;
};

std::optional<ScanShape> readScan(Node &n) {
  OpenBuilder &b = n.builder();
  int64_t inputs = n.integer("num_scan_inputs"), operands = n.operandCount();
  (void)n.all();
  if (b.failed() || inputs < 1 || inputs > operands) {
    b.fail("attribute 'num_scan_inputs': expected 1 to " + llvm::Twine(operands) + ", got " +
           llvm::Twine(inputs));
    return std::nullopt;
  }
  size_t states = operands - inputs;
  if (n.resultCount() < states) {
    b.fail("expected at least " + llvm::Twine(states) + " results");
    return std::nullopt;
  }
  size_t outputs = n.resultCount() - states;
  ScanShape shape{states,
                  static_cast<size_t>(inputs),
                  n.integers("scan_input_axes", Ints(inputs, 0)),
                  n.integers("scan_input_directions", Ints(inputs, 0)),
                  n.integers("scan_output_axes", Ints(outputs, 0)),
                  n.integers("scan_output_directions", Ints(outputs, 0))};
  bool fits = shape.inputAxes.size() == shape.inputs && shape.inputDirections.size() == shape.inputs &&
              shape.outputAxes.size() == outputs && shape.outputDirections.size() == outputs;
  if (!fits)
    b.fail("expected one axis and direction per scanned operand and result");
  return fits ? std::optional(shape) : std::nullopt;
}

Tensors openScan(Node &n) {
  OpenBuilder &b = n.builder();
  auto shape = readScan(n);
  mlir::Region *body = n.body("body");
  if (!shape || !body)
    return {b.fail("expected a body")};
  Tensors states;
  for (size_t k = 0; k < shape->states; ++k)
    states.push_back(n.in(k));
  std::optional<int64_t> trips;
  for (size_t k = 0; k < shape->inputs && !b.failed(); ++k) {
    Tensor x = n.in(shape->states + k);
    shape->inputAxes[k] = n.axis(shape->inputAxes[k], x.rank());
    auto size = x.dim(shape->inputAxes[k]).asConstant();
    if (!size || *size > kMaxTrips || *size < 1)
      return {b.unsupported("a scan over " + x.dim(shape->inputAxes[k]).str() + " steps")};
    if (trips.value_or(*size) != *size)
      return {b.fail("scanned operands of different lengths")};
    trips = size;
  }
  std::vector<llvm::SmallVector<Tensor>> scanned(shape->outputAxes.size());
  for (int64_t trip = 0; trip < trips.value_or(0) && !b.failed(); ++trip) {
    llvm::SmallVector<Tensor> arguments(states.begin(), states.end());
    for (size_t k = 0; k < shape->inputs; ++k) {
      int64_t dim = shape->inputAxes[k], place = shape->inputDirections[k] ? *trips - 1 - trip : trip;
      arguments.push_back(b.squeeze(b.slice(n.in(shape->states + k), dim, place, 1), dim));
    }
    Tensors results;
    if (!n.open(*body, arguments, results) || results.size() != states.size() + scanned.size())
      return {b.fail("expected a body that yields every state and scanned result")};
    std::copy_n(results.begin(), states.size(), states.begin());
    for (size_t k = 0; k < scanned.size(); ++k)
      scanned[k].insert(shape->outputDirections[k] ? scanned[k].begin() : scanned[k].end(),
                        results[states.size() + k]);
  }
  Tensors outputs = states;
  for (size_t k = 0; k < scanned.size() && !b.failed(); ++k) {
    int64_t dim = n.axis(shape->outputAxes[k], scanned[k].front().rank() + 1);
    outputs.push_back(b.failed() ? Tensor() : stack(b, scanned[k], dim));
  }
  return outputs;
}

constexpr OpenerRow kRows[] = {
    {"", "If", 1, openIf, 1, 1},
    {"", "Loop", 1, openLoop, 2, kVariadic},
    {"", "Scan", 9, openScan, 1, kVariadic},
};

} // namespace

llvm::ArrayRef<OpenerRow> controlFlowOpeners() { return kRows; }

} // namespace delos::open
