// What the pieces of a one-pass kernel share while it is emitted.
#pragma once

#include "lib/LoopOpt/OnePassPlan.h"
#include "lib/Target/CPU/KernelFunction.h"
#include "lib/Target/CPU/Seam/LoopCode.h"
#include "lib/Target/CPU/Seam/SizeTable.h"
#include "lib/Target/CPU/TargetDescription.h"

#include <map>

namespace delos::cpu::onepass {

using seam::Builder;
using seam::Values;

/// Values of loop variables, by loop.
using LoopValues = std::map<int, mlir::Value>;

/// The ABI function under construction, its buffers as flat memrefs, and sizes as values.
class KernelFrame {
public:
  KernelFrame(Builder &b, KernelFunction &abi, const SizeTable &sizes, const loopopt::OnePassPlan &plan,
              const TargetDescription &target)
      : b(b), abi(abi), sizes(sizes), plan(plan), target(target), lanes(target.lanes(32)),
        vectorType(mlir::VectorType::get({lanes}, b.getF32Type())) {}

  mlir::Value size(const DimExpr &expr) { return abi.evaluateIndex(sizes.affine(expr)); }
  mlir::Value extent(int loop) { return size(plan.group.extent(loop)); }
  /// The value of a form where loops without a value count as zero.
  mlir::Value at(const LinearForm &form, const LoopValues &loops) {
    mlir::Value sum = size(form.offset);
    for (const auto &[loop, coefficient] : form.coefficients)
      if (auto found = loops.find(loop); found != loops.end())
        sum = seam::plus(b, sum, times(found->second, coefficient));
    return sum;
  }
  /// `value * factor`, folded.
  mlir::Value times(mlir::Value value, const DimExpr &factor);
  /// Scratch memory of `rows` vectors of `width` elements, dense.
  mlir::Value scratch(mlir::Type element, int64_t rows, int64_t width);
  /// What follows uses the scratch memory anew.
  void reuseScratch() { scratchBytes = 0; }
  mlir::Value splat(double value);

  Builder &b;
  KernelFunction &abi;
  const SizeTable &sizes;
  const loopopt::OnePassPlan &plan;
  const TargetDescription &target;
  int64_t lanes;
  mlir::VectorType vectorType;

private:
  int64_t scratchBytes = 0;
};

} // namespace delos::cpu::onepass
