// Collects the arena problem of a program and writes the plan back.
#include "dialects/Graph/StoredSize.h"
#include "lib/Memory/ArenaPlanner.h"
#include "lib/Support/DimFormula.h"
#include "passes/Memory/Passes.h"

#include "mlir/IR/Builders.h"

namespace delos::memory {

#define GEN_PASS_DEF_PLANARENAPASS
#include "passes/Memory/Passes.h.inc"

namespace {

using task::AliasOp;
using task::ArenaOp;
using task::LaunchOp;

ArenaOp arenaOf(mlir::Value buffer) {
  while (auto alias = buffer.getDefiningOp<AliasOp>())
    buffer = alias.getSource();
  return buffer.getDefiningOp<ArenaOp>();
}

class PlanArenaPass : public impl::PlanArenaPassBase<PlanArenaPass> {
public:
  void runOnOperation() override {
    collect();
    if (absl::Status status = problem.check(); !status.ok()) {
      getOperation().emitError() << std::string(status.message());
      return signalPassFailure();
    }
    auto plan = planArena(problem);
    if (!plan.ok()) {
      getOperation().emitError() << std::string(plan.status().message());
      return signalPassFailure();
    }
    apply(*plan);
  }

private:
  void collect() {
    problem = {};
    arenas.clear();
    symbols = {};
    llvm::DenseMap<mlir::Operation *, size_t> indices;
    int32_t step = 0;
    getOperation().walk([&](mlir::Operation *op) {
      if (auto launch = mlir::dyn_cast<LaunchOp>(op)) {
        auto after = launch.getAfter().value_or(llvm::ArrayRef<int64_t>());
        problem.predecessors.emplace_back(after.begin(), after.end());
        define(launch.getOutputs(), step, indices);
        use(launch.getInputs(), step++, indices);
      } else if (auto copy = mlir::dyn_cast<task::CopyOp>(op)) {
        // Copies run after the segment: after every launch so far.
        auto &before = problem.predecessors.emplace_back();
        for (int32_t earlier = 0; earlier < step; ++earlier)
          before.push_back(earlier);
        use(copy.getSource(), step++, indices);
      }
    });
  }

  void define(mlir::ValueRange outputs, int32_t step, llvm::DenseMap<mlir::Operation *, size_t> &indices) {
    for (mlir::Value output : outputs)
      if (ArenaOp arena = arenaOf(output); arena && indices.try_emplace(arena, arenas.size()).second) {
        arenas.push_back(arena);
        problem.values.push_back({arena.getName().str(),
                                  toFormula(graph::storedBytes(arena.getBuffer().getType()), symbols),
                                  step,
                                  {}});
      }
  }

  void use(mlir::ValueRange inputs, int32_t step, llvm::DenseMap<mlir::Operation *, size_t> &indices) {
    for (mlir::Value input : inputs)
      if (ArenaOp arena = arenaOf(input))
        if (auto it = indices.find(arena); it != indices.end())
          problem.values[it->second].uses.push_back(step);
  }

  void apply(const ArenaPlan &plan) {
    mlir::Builder builder(&getContext());
    auto text = [&](const runtime::Formula &formula) {
      return builder.getStringAttr(toDimExpr(formula, symbols.names()).value_or(DimExpr::invalid()).str());
    };
    for (auto [arena, offset] : llvm::zip(arenas, plan.offsets))
      arena.setOffsetAttr(text(offset));
    getOperation().setArenaBytesAttr(text(plan.bytes));
  }

  ArenaProblem problem;
  std::vector<ArenaOp> arenas;
  SymbolNumbering symbols;
};

} // namespace

} // namespace delos::memory
