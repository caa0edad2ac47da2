// Evaluation of graph ops on known elements.
#include "lib/Open/ShapeValue.h"

#include "dialects/Graph/Verification.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

namespace delos::open {

using graph::dimsOf;
using graph::elementTypeOf;
using graph::ScalarFn;

std::optional<llvm::SmallVector<int64_t>> ShapeValue::asIntegers() const {
  llvm::SmallVector<int64_t> numbers;
  for (const DimExpr &element : ints) {
    auto constant = element.asConstant();
    if (!constant)
      return std::nullopt;
    numbers.push_back(*constant);
  }
  return isReal() ? std::nullopt : std::optional(std::move(numbers));
}

namespace {

/// The static shape of an op's result, or nullopt when it is symbolic or too large to track.
std::optional<llvm::SmallVector<int64_t>> trackedShape(mlir::Value value) {
  auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
  int64_t count = 1;
  for (int64_t size : type.getShape()) {
    if (size < 0 || (size != 0 && count > ShapeValues::kMaxElements / size))
      return std::nullopt;
    count *= size;
  }
  return llvm::SmallVector<int64_t>(type.getShape());
}

llvm::SmallVector<int64_t> stridesOf(llvm::ArrayRef<int64_t> shape) {
  llvm::SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t k = shape.size(); k-- > 1;)
    strides[k - 1] = strides[k] * shape[k];
  return strides;
}

/// Calls `visit` with every index of the shape, in row-major order.
void forEachIndex(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit) {
  if (llvm::is_contained(shape, 0))
    return;
  llvm::SmallVector<int64_t> index(shape.size(), 0);
  while (true) {
    visit(index);
    size_t k = shape.size();
    while (k > 0 && ++index[k - 1] == shape[k - 1])
      index[--k] = 0;
    if (k == 0)
      return;
  }
}

void append(ShapeValue &to, const ShapeValue &from, int64_t position) {
  if (from.isReal())
    to.reals.push_back(from.reals[position]);
  else
    to.ints.push_back(from.ints[position]);
}

/// The elements at offset + sum of index * stride, for every index of `shape`.
ShapeValue readStrided(const ShapeValue &from, llvm::ArrayRef<int64_t> shape, int64_t offset,
                       llvm::ArrayRef<int64_t> strides) {
  ShapeValue result;
  result.shape.assign(shape.begin(), shape.end());
  forEachIndex(shape, [&](llvm::ArrayRef<int64_t> index) {
    int64_t position = offset;
    for (auto [i, stride] : llvm::zip(index, strides))
      position += i * stride;
    append(result, from, position);
  });
  return result;
}

/// An index map at a point; index maps of gathers have no symbols.
int64_t valueAt(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> point) {
  if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr))
    return point[dim.getPosition()];
  if (auto constant = mlir::dyn_cast<mlir::AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = mlir::cast<mlir::AffineBinaryOpExpr>(expr);
  int64_t left = valueAt(binary.getLHS(), point), right = valueAt(binary.getRHS(), point);
  if (expr.getKind() == mlir::AffineExprKind::Add)
    return left + right;
  if (expr.getKind() == mlir::AffineExprKind::Mul)
    return left * right;
  return expr.getKind() == mlir::AffineExprKind::Mod ? left % right : left / right;
}

int64_t linearAt(mlir::AffineMap map, llvm::ArrayRef<int64_t> point, llvm::ArrayRef<int64_t> strides) {
  int64_t position = 0;
  for (auto [expr, stride] : llvm::zip(map.getResults(), strides))
    position += valueAt(expr, point) * stride;
  return position;
}

/// Evaluates one op; `shape` is its result's shape.
class Evaluator {
public:
  Evaluator(const ShapeValues &values, llvm::ArrayRef<int64_t> shape) : values(values), shape(shape) {}

  using Result = std::optional<ShapeValue>;

  Result run(mlir::Operation *op) {
    return llvm::TypeSwitch<mlir::Operation *, Result>(op)
        .Case<graph::ConstantOp, graph::DimsValueOp, graph::IotaOp, graph::MapOp, graph::CastOp,
              graph::ReshapeOp, graph::BroadcastOp, graph::TransposeOp, graph::SliceOp, graph::ReverseOp,
              graph::ConcatOp, graph::GatherOp, graph::ReduceOp, graph::ScanOp>(
            [&](auto typed) { return of(typed); })
        .Default([](mlir::Operation *) { return std::nullopt; });
  }

private:
  ShapeValue empty() const {
    ShapeValue result;
    result.shape.assign(shape.begin(), shape.end());
    return result;
  }

  Result of(graph::ConstantOp op) {
    ShapeValue result = empty();
    if (auto reals = realsOf(op.getValue(), ShapeValues::kMaxElements)) {
      result.reals = std::move(*reals);
      return result;
    }
    auto ints = integersOf(op.getValue(), ShapeValues::kMaxElements);
    if (!ints)
      return std::nullopt;
    result.ints.assign(ints->begin(), ints->end());
    return result;
  }

  Result of(graph::DimsValueOp op) {
    ShapeValue result = empty();
    graph::Dims dims = dimsOf(op.getDims());
    result.ints.assign(dims.begin(), dims.end());
    return result;
  }

  Result of(graph::IotaOp op) {
    ShapeValue result = empty();
    if (!elementTypeOf(op.getResult()).isInteger())
      return std::nullopt;
    forEachIndex(shape, [&](llvm::ArrayRef<int64_t> index) { result.ints.push_back(index[op.getDim()]); });
    return result;
  }

  Result of(graph::MapOp op) {
    llvm::SmallVector<const ShapeValue *, 3> operands;
    for (mlir::Value input : op.getInputs()) {
      operands.push_back(values.lookup(input));
      if (!operands.back())
        return std::nullopt;
    }
    if (op.getFn() == ScalarFn::bit_not)
      return complement(*operands[0], elementTypeOf(op.getResult()).isInteger(1));
    return operands.back()->isReal() ? ofReals(op.getFn(), operands) : ofIntegers(op.getFn(), operands);
  }

  Result complement(const ShapeValue &operand, bool isBool) {
    ShapeValue result = empty();
    for (const DimExpr &element : operand.ints)
      result.ints.push_back((isBool ? DimExpr(1) : DimExpr(-1)) - element);
    return result;
  }

  Result ofIntegers(ScalarFn fn, llvm::ArrayRef<const ShapeValue *> operands) {
    ShapeValue result = empty();
    for (size_t k = 0; k < operands[0]->ints.size(); ++k) {
      auto elements =
          llvm::map_to_vector(operands, [&](const ShapeValue *operand) { return operand->ints[k]; });
      auto element = evaluateInteger(fn, elements);
      if (!element)
        return std::nullopt;
      result.ints.push_back(*element);
    }
    return result;
  }

  Result ofReals(ScalarFn fn, llvm::ArrayRef<const ShapeValue *> operands) {
    ShapeValue result = empty();
    for (size_t k = 0; k < operands.back()->reals.size(); ++k) {
      if (fn == ScalarFn::select) {
        auto condition = operands[0]->ints[k].asConstant();
        if (!condition)
          return std::nullopt;
        result.reals.push_back(operands[*condition ? 1 : 2]->reals[k]);
        continue;
      }
      auto elements =
          llvm::map_to_vector(operands, [&](const ShapeValue *operand) { return operand->reals[k]; });
      if (auto truth = compareReals(fn, elements))
        result.ints.push_back(DimExpr(*truth));
      else if (auto element = evaluateReal(fn, elements))
        result.reals.push_back(*element);
      else
        return std::nullopt;
    }
    return result;
  }

  Result of(graph::CastOp op) {
    const ShapeValue *input = values.lookup(op.getInput());
    mlir::Type to = elementTypeOf(op.getResult());
    if (!input)
      return std::nullopt;
    ShapeValue result = empty();
    for (double real : input->reals) {
      if (mlir::isa<mlir::FloatType>(to))
        result.reals.push_back(real);
      else if (to.isInteger(1))
        result.ints.push_back(DimExpr(real != 0));
      else if (std::fabs(real) < 9e18)
        result.ints.push_back(DimExpr(static_cast<int64_t>(real)));
      else
        return std::nullopt;
    }
    for (const DimExpr &element : input->ints) {
      auto constant = element.asConstant();
      if (!constant && (mlir::isa<mlir::FloatType>(to) || to.isInteger(1)))
        return std::nullopt;
      if (mlir::isa<mlir::FloatType>(to))
        result.reals.push_back(static_cast<double>(*constant));
      else
        result.ints.push_back(to.isInteger(1) ? DimExpr(*constant != 0) : element);
    }
    return result;
  }

  Result view(mlir::Value input,
              llvm::function_ref<Result(const ShapeValue &, llvm::ArrayRef<int64_t>)> read) {
    const ShapeValue *known = values.lookup(input);
    return known ? read(*known, stridesOf(known->shape)) : std::nullopt;
  }

  Result of(graph::ReshapeOp op) {
    return view(op.getInput(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t>) {
      ShapeValue result = known;
      result.shape.assign(shape.begin(), shape.end());
      return result;
    });
  }

  Result of(graph::BroadcastOp op) {
    return view(op.getInput(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t> from) {
      llvm::SmallVector<int64_t> strides(shape.size(), 0);
      for (auto [position, dim] : llvm::enumerate(op.getDims()))
        strides[dim] = known.shape[position] == 1 ? 0 : from[position];
      return readStrided(known, shape, 0, strides);
    });
  }

  Result of(graph::TransposeOp op) {
    return view(op.getInput(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t> from) {
      auto strides = llvm::map_to_vector(op.getPerm(), [&](int64_t dim) { return from[dim]; });
      return readStrided(known, shape, 0, strides);
    });
  }

  Result of(graph::SliceOp op) {
    return view(op.getInput(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t> from) -> Result {
      llvm::SmallVector<int64_t> strides;
      int64_t offset = 0;
      for (auto [start, step, stride] : llvm::zip(dimsOf(op.getStarts()), op.getStrides(), from)) {
        auto constant = start.asConstant();
        if (!constant)
          return std::nullopt;
        offset += *constant * stride;
        strides.push_back(step * stride);
      }
      return readStrided(known, shape, offset, strides);
    });
  }

  Result of(graph::ReverseOp op) {
    return view(op.getInput(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t> from) {
      llvm::SmallVector<int64_t> strides(from);
      int64_t offset = 0;
      for (int64_t dim : op.getDims()) {
        offset += (shape[dim] - 1) * strides[dim];
        strides[dim] = -strides[dim];
      }
      return readStrided(known, shape, offset, strides);
    });
  }

  Result of(graph::ConcatOp op) {
    ShapeValue result = empty();
    llvm::SmallVector<const ShapeValue *> parts;
    for (mlir::Value input : op.getInputs()) {
      parts.push_back(values.lookup(input));
      if (!parts.back())
        return std::nullopt;
    }
    forEachIndex(shape, [&](llvm::ArrayRef<int64_t> index) {
      llvm::SmallVector<int64_t> at(index);
      size_t part = 0;
      for (; at[op.getDim()] >= parts[part]->shape[op.getDim()]; ++part)
        at[op.getDim()] -= parts[part]->shape[op.getDim()];
      int64_t position = 0;
      for (auto [i, stride] : llvm::zip(at, stridesOf(parts[part]->shape)))
        position += i * stride;
      append(result, *parts[part], position);
    });
    return result;
  }

  Result of(graph::GatherOp op) {
    return view(op.getSource(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t> from) -> Result {
      llvm::SmallVector<std::pair<ShapeValue, llvm::SmallVector<int64_t>>> indices;
      for (mlir::Value index : op.getIndices()) {
        const ShapeValue *value = values.lookup(index);
        auto numbers = value ? value->asIntegers() : std::nullopt;
        if (!numbers)
          return std::nullopt;
        indices.push_back({*value, *numbers});
      }
      ShapeValue result = empty();
      bool inside = true;
      forEachIndex(shape, [&](llvm::ArrayRef<int64_t> point) {
        int64_t position = linearAt(op.getSourceMap(), point, from);
        for (auto [k, map] : llvm::enumerate(op.getIndexMaps().getAsValueRange<mlir::AffineMapAttr>())) {
          int64_t dim = op.getDims()[k], size = known.shape[dim];
          int64_t index = indices[k].second[linearAt(map, point, stridesOf(indices[k].first.shape))];
          index = index < 0 ? index + size : index;
          inside &= index >= 0 && index < size;
          position += (index - valueAt(op.getSourceMap().getResult(dim), point)) * from[dim];
        }
        if (inside)
          append(result, known, position);
      });
      return inside ? Result(std::move(result)) : std::nullopt;
    });
  }

  static ScalarFn combiner(graph::ReduceKind kind) {
    switch (kind) {
    case graph::ReduceKind::sum:
      return ScalarFn::add;
    case graph::ReduceKind::prod:
      return ScalarFn::mul;
    case graph::ReduceKind::max:
      return ScalarFn::max;
    case graph::ReduceKind::min:
      return ScalarFn::min;
    case graph::ReduceKind::bit_and:
      return ScalarFn::bit_and;
    case graph::ReduceKind::bit_or:
      return ScalarFn::bit_or;
    }
    return ScalarFn::add;
  }

  Result of(graph::ReduceOp op) {
    return view(op.getInput(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t>) -> Result {
      if (known.isReal() || known.ints.empty())
        return std::nullopt;
      llvm::SmallVector<int64_t> to = stridesOf(shape), strides(known.shape.size(), 0);
      for (size_t dim = 0, kept = 0; dim < strides.size(); ++dim)
        if (!llvm::is_contained(op.getDims(), static_cast<int64_t>(dim)))
          strides[dim] = to[kept++];
      int64_t count = 1;
      for (int64_t size : shape)
        count *= size;
      std::vector<std::optional<DimExpr>> totals(count);
      int64_t position = 0;
      bool allKnown = true;
      forEachIndex(known.shape, [&](llvm::ArrayRef<int64_t> index) {
        int64_t target = 0;
        for (auto [i, stride] : llvm::zip(index, strides))
          target += i * stride;
        const DimExpr &element = known.ints[position++];
        auto combined = totals[target] ? evaluateInteger(combiner(op.getKind()), {*totals[target], element})
                                       : std::optional(element);
        allKnown &= combined.has_value();
        totals[target] = combined.value_or(DimExpr(0));
      });
      if (!allKnown)
        return std::nullopt;
      ShapeValue result = empty();
      for (auto &total : totals)
        result.ints.push_back(*total);
      return result;
    });
  }

  Result of(graph::ScanOp op) {
    return view(op.getInput(), [&](const ShapeValue &known, llvm::ArrayRef<int64_t>) -> Result {
      if (known.isReal() || known.shape.size() != 1 || op.getExclusive() || op.getReverse())
        return std::nullopt;
      ShapeValue result = empty();
      for (const DimExpr &element : known.ints) {
        auto next = result.ints.empty()
                        ? std::optional(element)
                        : evaluateInteger(combiner(op.getKind()), {result.ints.back(), element});
        if (!next)
          return std::nullopt;
        result.ints.push_back(*next);
      }
      return result;
    });
  }

  const ShapeValues &values;
  llvm::ArrayRef<int64_t> shape;
};

/// True when every constant element is representable in the element type (wrap-around is left to run time).
bool fits(const ShapeValue &value, mlir::Type elementType) {
  auto type = mlir::dyn_cast<mlir::IntegerType>(elementType);
  if (!type)
    return true;
  bool isUnsigned = type.isUnsigned() || type.getWidth() == 1;
  unsigned bits = type.getWidth();
  int64_t least = isUnsigned ? 0 : bits >= 64 ? INT64_MIN : -(int64_t(1) << (bits - 1));
  int64_t most = bits >= 64 ? INT64_MAX : (int64_t(1) << (isUnsigned ? bits : bits - 1)) - 1;
  return llvm::all_of(value.ints, [&](const DimExpr &element) {
    auto constant = element.asConstant();
    return element.isValid() && (!constant || (*constant >= least && *constant <= most));
  });
}

} // namespace

const ShapeValue *ShapeValues::lookup(mlir::Value value) const {
  auto it = values.find(value);
  return it == values.end() ? nullptr : &it->second;
}

std::optional<ShapeValue> ShapeValues::evaluate(mlir::Operation *op) const {
  if (op->getNumResults() != 1)
    return std::nullopt;
  mlir::Value result = op->getResult(0);
  auto shape = trackedShape(result);
  if (!shape)
    return std::nullopt;
  auto value = Evaluator(*this, *shape).run(op);
  if (!value || !fits(*value, elementTypeOf(result)))
    return std::nullopt;
  // Constants and views of them are exact in any type; arithmetic is followed in f32 and f64 only.
  bool isRounded = mlir::isa<graph::MapOp, graph::CastOp>(op);
  if (value->isReal() && isRounded && !elementTypeOf(result).isF32() && !elementTypeOf(result).isF64())
    return std::nullopt;
  // f32 arithmetic in double rounds once more; sums, products, quotients and roots come out the same.
  if (elementTypeOf(result).isF32())
    for (double &real : value->reals)
      real = static_cast<float>(real);
  return value;
}

} // namespace delos::open
