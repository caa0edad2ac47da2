/// The arena planner: lifetimes from the partial order, symbolic factors, packing.
#include "lib/Memory/ArenaPlanner.h"

#include "lib/Memory/ArenaPacking.h"
#include "lib/Schedule/StepOrder.h"

#include "absl/strings/str_cat.h"

#include <algorithm>
#include <map>

namespace delos {
namespace {

using runtime::Formula;
using runtime::FormulaOp;

/// A size written as coefficient * factor; the factor of a static size is 1.
struct ScaledSize {
  int64_t coefficient = 1;
  Formula factor = Formula::constant(1);
};

/// The words [begin, end) of `program`'s last operand, found by walking back over complete operands.
size_t lastOperandBegin(std::span<const int64_t> program) {
  std::vector<size_t> begins;
  for (size_t i = 0; i < program.size(); ++i) {
    auto op = static_cast<FormulaOp>(program[i]);
    if (op == FormulaOp::Constant || op == FormulaOp::Symbol)
      begins.push_back(i++);
    else
      begins.pop_back();
  }
  return begins.back();
}

/// Appends the factors of a checked product to `factors`, multiplying constants into `coefficient`.
/// False when the coefficient overflows or is not positive.
bool collectFactors(std::span<const int64_t> program, int64_t &coefficient, std::vector<Formula> &factors) {
  Formula whole(std::vector<int64_t>(program.begin(), program.end()));
  if (auto value = whole.constantValue())
    return *value > 0 && !__builtin_mul_overflow(coefficient, *value, &coefficient);
  // In a leaf (two words) the last word is an operand, which may equal an operation's code.
  if (program.size() == 2 || static_cast<FormulaOp>(program.back()) != FormulaOp::Mul) {
    factors.push_back(whole);
    return true;
  }
  auto operands = program.first(program.size() - 1);
  size_t middle = lastOperandBegin(operands);
  return collectFactors(operands.first(middle), coefficient, factors) &&
         collectFactors(operands.subspan(middle), coefficient, factors);
}

bool isLess(const Formula &a, const Formula &b) {
  return std::ranges::lexicographical_compare(a.program(), b.program());
}

ScaledSize scaleOf(const Formula &bytes) {
  if (auto value = bytes.constantValue())
    return {*value, Formula::constant(1)};
  ScaledSize scaled;
  std::vector<Formula> factors;
  if (!collectFactors(bytes.program(), scaled.coefficient, factors))
    return {1, bytes};
  std::sort(factors.begin(), factors.end(), isLess);
  scaled.factor = runtime::product(factors);
  return scaled;
}

/// Which values may not share bytes.
class Lifetimes {
public:
  explicit Lifetimes(const ArenaProblem &problem) : problem(problem) {
    auto after = stepsAfter(problem.predecessors);
    auto steps = static_cast<int32_t>(problem.predecessors.size());
    for (const ArenaValue &value : problem.values) {
      StepSet free(steps, /*full=*/true);
      free.intersect(after[value.definition]);
      for (int32_t use : value.uses)
        free.intersect(after[use]);
      deadBefore.push_back(std::move(free));
    }
  }

  bool conflict(size_t a, size_t b) const {
    return !deadBefore[a].contains(problem.values[b].definition) &&
           !deadBefore[b].contains(problem.values[a].definition);
  }

private:
  const ArenaProblem &problem;
  /// Per value the steps that start only after its last access.
  std::vector<StepSet> deadBefore;
};

bool isStep(int32_t step, const ArenaProblem &problem) {
  return step >= 0 && static_cast<size_t>(step) < problem.predecessors.size();
}

absl::Status checkValue(const ArenaProblem &problem, const ArenaValue &value,
                        std::span<const StepSet> after) {
  if (!isStep(value.definition, problem))
    return absl::InvalidArgumentError(absl::StrCat("arena: '", value.name, "' is defined by no step"));
  for (int32_t use : value.uses)
    if (!isStep(use, problem) || !after[value.definition].contains(use))
      return absl::InvalidArgumentError(absl::StrCat("arena: '", value.name, "' is used by step ", use,
                                                     ", which does not follow its definition ",
                                                     value.definition));
  if (!value.bytes.check(INT32_MAX) || value.bytes.constantValue().value_or(0) < 0)
    return absl::InvalidArgumentError(
        absl::StrCat("arena: '", value.name, "' has size ", value.bytes.print()));
  return absl::OkStatus();
}

/// Places the values `members`, which share one factor, behind `plan.bytes`.
absl::Status placeRegion(const std::vector<size_t> &members, const std::vector<ScaledSize> &sizes,
                         const Lifetimes &lifetimes, ArenaPlan &plan) {
  std::vector<int64_t> units;
  for (size_t member : members) {
    int64_t rounded = 0;
    if (__builtin_add_overflow(sizes[member].coefficient, ArenaPlan::alignment - 1, &rounded))
      return absl::ResourceExhaustedError("arena: a size overflows");
    units.push_back(rounded / ArenaPlan::alignment * ArenaPlan::alignment);
  }
  auto packing = pack(units, [&](size_t a, size_t b) { return lifetimes.conflict(members[a], members[b]); });
  if (!packing)
    return absl::ResourceExhaustedError("arena: the total size overflows");
  const Formula &factor = sizes[members[0]].factor;
  for (size_t i = 0; i < members.size(); ++i)
    plan.offsets[members[i]] = plan.bytes + factor * Formula::constant(packing->offsets[i]);
  plan.bytes = plan.bytes + factor * Formula::constant(packing->bytes);
  return absl::OkStatus();
}

} // namespace

absl::Status ArenaProblem::check() const {
  for (size_t step = 0; step < predecessors.size(); ++step)
    for (int32_t predecessor : predecessors[step])
      if (predecessor < 0 || static_cast<size_t>(predecessor) >= step)
        return absl::InvalidArgumentError(absl::StrCat("arena: step ", step, " has predecessor ", predecessor,
                                                       ", expected a smaller step"));
  std::vector<StepSet> after = stepsAfter(predecessors);
  for (const ArenaValue &value : values)
    if (absl::Status status = checkValue(*this, value, after); !status.ok())
      return status;
  return absl::OkStatus();
}

absl::StatusOr<ArenaPlan> planArena(const ArenaProblem &problem) {
  if (absl::Status status = problem.check(); !status.ok())
    return status;
  Lifetimes lifetimes(problem);
  std::vector<ScaledSize> sizes;
  std::map<Formula, std::vector<size_t>, decltype(&isLess)> regions(&isLess);
  for (size_t i = 0; i < problem.values.size(); ++i) {
    sizes.push_back(scaleOf(problem.values[i].bytes));
    regions[sizes.back().factor].push_back(i);
  }
  ArenaPlan plan;
  plan.offsets.resize(problem.values.size());
  for (const auto &[factor, members] : regions)
    if (absl::Status status = placeRegion(members, sizes, lifetimes, plan); !status.ok())
      return status;
  return plan;
}

absl::Status ArenaPlan::verify(const ArenaProblem &problem, std::span<const int64_t> symbols) const {
  struct Range {
    int64_t begin, end;
  };
  std::vector<Range> ranges;
  auto total = bytes.evaluate(symbols);
  for (size_t i = 0; i < problem.values.size(); ++i) {
    auto offset = offsets[i].evaluate(symbols), size = problem.values[i].bytes.evaluate(symbols);
    if (!total || !offset || !size || *offset < 0 || *offset % alignment != 0 || *offset + *size > *total)
      return absl::InternalError(
          absl::StrCat("arena: '", problem.values[i].name, "' is misaligned or leaves the arena"));
    ranges.push_back({*offset, *offset + *size});
  }
  Lifetimes lifetimes(problem);
  for (size_t a = 0; a < ranges.size(); ++a)
    for (size_t b = 0; b < a; ++b)
      if (ranges[a].begin < ranges[b].end && ranges[b].begin < ranges[a].end && lifetimes.conflict(a, b))
        return absl::InternalError(absl::StrCat("arena: '", problem.values[b].name, "' and '",
                                                problem.values[a].name,
                                                "' share bytes while both are alive"));
  return absl::OkStatus();
}

std::string ArenaPlan::print(const ArenaProblem &problem) const {
  std::string text = absl::StrCat("arena of ", bytes.print(), " bytes\n");
  for (size_t i = 0; i < offsets.size(); ++i)
    absl::StrAppend(&text, "  '", problem.values[i].name, "' at ", offsets[i].print(), ", ",
                    problem.values[i].bytes.print(), " bytes\n");
  return text;
}

} // namespace delos
