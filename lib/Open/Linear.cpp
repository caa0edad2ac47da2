// Openers of matrix products: MatMul, Gemm, Einsum.
#include "lib/Open/OpenerTable.h"

#include "llvm/ADT/StringExtras.h"

#include <map>

namespace delos::open {

namespace {

Tensors openMatMul(Node &n) { return {n.builder().matmul(n.in(0), n.in(1))}; }

/// x times a factor that most models leave at 1; integers take whole factors only.
Tensor scaled(OpenBuilder &b, Tensor x, double factor) {
  if (factor == 1)
    return x;
  if (!x.isFloat() && factor != static_cast<double>(static_cast<int64_t>(factor)))
    return b.unsupported("a fractional factor of integers");
  return x * factor;
}

Tensors openGemm(Node &n) {
  OpenBuilder &b = n.builder();
  Tensor lhs = n.in(0), rhs = n.in(1), bias = n.optional(2);
  if (b.failed() || lhs.rank() != 2 || rhs.rank() != 2)
    return {b.fail("expected operands of rank 2, got " + llvm::Twine(lhs.rank()) + " and " +
                   llvm::Twine(rhs.rank()))};
  Tensor product =
      b.contract(lhs, rhs, {}, {}, n.flag("transA", false) ? 0 : 1, n.flag("transB", false) ? 1 : 0);
  product = scaled(b, product, n.real("alpha", 1.0));
  if (!bias || b.failed())
    return {product};
  return {product + b.broadcast(scaled(b, bias, n.real("beta", 1.0)), product.dims())};
}

/// Determinants of small matrices by expansion along the first row.
Tensor determinant(OpenBuilder &b, Tensor x, int64_t size) {
  int64_t rank = x.rank();
  auto entry = [&](int64_t column) {
    return b.squeeze(b.slice(b.slice(x, rank - 2, 0, 1), rank - 1, column, 1), {rank - 2, rank - 1});
  };
  if (size == 1)
    return entry(0);
  Tensor sum, rest = b.slice(x, rank - 2, 1, size - 1);
  for (int64_t column = 0; column < size && !b.failed(); ++column) {
    llvm::SmallVector<Tensor> parts;
    if (column > 0)
      parts.push_back(b.slice(rest, rank - 1, 0, column));
    if (column + 1 < size)
      parts.push_back(b.slice(rest, rank - 1, column + 1, size - 1 - column));
    Tensor term = entry(column) * determinant(b, b.concat(parts, rank - 1), size - 1);
    sum = !sum ? term : column % 2 ? sum - term : sum + term;
  }
  return sum;
}

Tensors openDet(Node &n) {
  OpenBuilder &b = n.builder();
  constexpr int64_t kMaxSize = 4;
  Tensor x = n.in(0);
  if (b.failed() || x.rank() < 2 || !graph::mayBeEqual(x.dim(x.rank() - 1), x.dim(x.rank() - 2)))
    return {b.fail("expected square matrices, got " + describe(x.dims()))};
  auto size = x.dim(x.rank() - 1).asConstant();
  if (!size || *size < 1 || *size > kMaxSize)
    return {b.unsupported("matrices of size " + x.dim(x.rank() - 1).str())};
  return {determinant(b, x, *size)};
}

//===-- Einsum --------------------------------------------------------------------------------===//

/// A tensor with one label per dim. Labels below 128 are letters, those above are dims of an ellipsis.
struct Labelled {
  Tensor tensor;
  std::vector<int> labels;
  bool has(int label) const { return llvm::is_contained(labels, label); }
  int64_t at(int label) const { return llvm::find(labels, label) - labels.begin(); }
};

constexpr int kEllipsis = 128;

/// Terms and result of an equation without blanks; an ellipsis is the character '.'.
struct Equation {
  std::vector<std::string> terms;
  std::string result;
};

std::optional<Equation> parseEquation(llvm::StringRef text) {
  std::string compact;
  for (char c : text)
    if (c != ' ')
      compact += c;
  llvm::StringRef rest(compact);
  auto term = [](llvm::StringRef part) -> std::optional<std::string> {
    std::string labels;
    for (size_t k = 0; k < part.size(); ++k) {
      bool dots = part.substr(k).starts_with("...");
      if (!dots && !llvm::isAlpha(part[k]))
        return std::nullopt;
      labels += part[k];
      k += dots ? 2 : 0;
    }
    return llvm::StringRef(labels).count('.') <= 1 ? std::optional(labels) : std::nullopt;
  };
  Equation equation;
  auto [left, right] = rest.split("->");
  llvm::SmallVector<llvm::StringRef> parts;
  left.split(parts, ',');
  std::map<char, int> uses;
  for (llvm::StringRef part : parts) {
    auto labels = term(part);
    if (!labels)
      return std::nullopt;
    for (char c : *labels)
      ++uses[c];
    equation.terms.push_back(*labels);
  }
  if (rest.contains("->")) {
    auto labels = term(right);
    if (!labels)
      return std::nullopt;
    equation.result = *labels;
    return equation;
  }
  for (auto [label, count] : uses)
    if (count == 1 || label == '.')
      equation.result += label;
  return equation;
}

class EinsumOpener {
public:
  explicit EinsumOpener(OpenBuilder &b) : b(b) {}

  Tensor open(llvm::ArrayRef<Tensor> operands, const Equation &equation) {
    std::vector<Labelled> terms;
    for (auto [operand, term] : llvm::zip(operands, equation.terms))
      terms.push_back(label(operand, term));
    std::vector<int> result = expand(equation.result, ellipsisRank);
    if (b.failed())
      return {};
    unifySizes(terms);
    Labelled total = terms[0];
    for (size_t k = 1; k < terms.size() && !b.failed(); ++k) {
      std::set<int> needed(result.begin(), result.end());
      for (size_t later = k + 1; later < terms.size(); ++later)
        needed.insert(terms[later].labels.begin(), terms[later].labels.end());
      total = combine(total, terms[k], needed);
    }
    return arrange(total, result);
  }

private:
  /// Labels of a term whose ellipsis covers `dots` dims; the last dim of any ellipsis has the same label.
  static std::vector<int> expand(llvm::StringRef term, int64_t dots) {
    std::vector<int> labels;
    for (char c : term) {
      if (c != '.')
        labels.push_back(c);
      for (int64_t k = 0; c == '.' && k < dots; ++k)
        labels.push_back(kEllipsis + static_cast<int>(dots - 1 - k));
    }
    return labels;
  }

  Labelled label(Tensor x, llvm::StringRef term) {
    int64_t letters = term.size() - term.count('.'), dots = x.rank() - letters;
    if (dots < 0 || (dots > 0 && !term.contains('.'))) {
      b.fail("term '" + term + "' does not fit an operand of rank " + llvm::Twine(x.rank()));
      return {};
    }
    if (term.contains('.'))
      ellipsisRank = std::max(ellipsisRank, dots);
    return diagonal({x, expand(term, dots)});
  }

  /// A label that occurs twice reads the diagonal.
  Labelled diagonal(Labelled x) {
    std::vector<int> distinct;
    llvm::SmallVector<mlir::AffineExpr> source;
    Dims to;
    for (auto [position, label] : llvm::enumerate(x.labels)) {
      auto it = llvm::find(distinct, label);
      source.push_back(mlir::getAffineDimExpr(it - distinct.begin(), b.context()));
      if (it == distinct.end()) {
        distinct.push_back(label);
        to.push_back(x.tensor.dim(position));
      } else if (!graph::mayBeEqual(to[it - distinct.begin()], x.tensor.dim(position))) {
        b.fail("a repeated label has sizes " + to[it - distinct.begin()].str() + " and " +
               x.tensor.dim(position).str());
      }
    }
    if (distinct.size() == x.labels.size() || b.failed())
      return x;
    auto map = mlir::AffineMap::get(distinct.size(), 0, source, b.context());
    return {b.gather(x.tensor, {}, {}, map, {}, to), distinct};
  }

  /// Broadcasts dims of size 1 whose label is larger elsewhere.
  void unifySizes(std::vector<Labelled> &terms) {
    std::map<int, DimExpr> sizes;
    for (const Labelled &term : terms)
      for (auto [position, label] : llvm::enumerate(term.labels)) {
        DimExpr size = term.tensor.dim(position);
        auto [it, isFirst] = sizes.try_emplace(label, size);
        if (!isFirst && it->second.isConstant(1))
          it->second = size;
      }
    for (Labelled &term : terms) {
      Dims to;
      for (int label : term.labels)
        to.push_back(sizes[label]);
      term.tensor = b.broadcast(term.tensor, to);
    }
  }

  /// Sums over the labels that nothing needs.
  Labelled reduceTo(Labelled x, const std::set<int> &needed) {
    Ints dims;
    std::vector<int> kept;
    for (auto [position, label] : llvm::enumerate(x.labels))
      if (needed.count(label))
        kept.push_back(label);
      else
        dims.push_back(position);
    return {b.reduce(ReduceKind::sum, x.tensor, dims, /*keepDims=*/false), kept};
  }

  Labelled combine(Labelled x, Labelled y, const std::set<int> &needed) {
    auto withLabels = [&](const Labelled &other) {
      std::set<int> all = needed;
      all.insert(other.labels.begin(), other.labels.end());
      return all;
    };
    Labelled left = reduceTo(x, withLabels(y)), right = reduceTo(y, withLabels(left));
    Ints leftBatch, rightBatch, leftContract, rightContract;
    std::vector<int> batch, free;
    for (int label : left.labels) {
      bool isShared = right.has(label), isNeeded = needed.count(label);
      if (isShared && isNeeded)
        batch.push_back(label);
      else if (!isShared)
        free.push_back(label);
      if (isShared) {
        (isNeeded ? leftBatch : leftContract).push_back(left.at(label));
        (isNeeded ? rightBatch : rightContract).push_back(right.at(label));
      }
    }
    for (int label : right.labels)
      if (!left.has(label))
        free.push_back(label);
    batch.insert(batch.end(), free.begin(), free.end());
    return {b.contract(left.tensor, right.tensor, leftBatch, rightBatch, leftContract, rightContract), batch};
  }

  Tensor arrange(Labelled x, const std::vector<int> &result) {
    Labelled reduced = reduceTo(x, std::set<int>(result.begin(), result.end()));
    Ints perm;
    for (int label : result)
      if (!reduced.has(label))
        return b.fail("the result has a label that no operand has");
      else
        perm.push_back(reduced.at(label));
    return b.transpose(reduced.tensor, perm);
  }

  OpenBuilder &b;
  int64_t ellipsisRank = 0;
};

Tensors openEinsum(Node &n) {
  OpenBuilder &b = n.builder();
  llvm::ArrayRef<Tensor> operands = n.all();
  llvm::StringRef text = n.text("equation", "");
  auto equation = parseEquation(text);
  if (b.failed() || !equation || equation->terms.size() != operands.size())
    return {b.fail("equation '" + text + "' does not fit " + llvm::Twine(operands.size()) + " operands")};
  return {EinsumOpener(b).open(operands, *equation)};
}

constexpr OpenerRow kRows[] = {
    {"", "MatMul", 1, openMatMul, 2, 2},
    {"", "Gemm", 1, openGemm, 2, 3},
    {"", "Det", 11, openDet, 1, 1},
    {"", "Einsum", 12, openEinsum, 1, kVariadic},
};

} // namespace

llvm::ArrayRef<OpenerRow> linearOpeners() { return kRows; }

} // namespace delos::open
