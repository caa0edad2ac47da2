// Which chains of reductions one pass can compute, and why the others need more.
#include "lib/Analysis/OnePassReduction.h"

#include "test/unit/Analysis/GraphText.h"

#include <catch2/catch.hpp>
#include <cctype>
#include <sstream>
#include <string>

using namespace delos;
using namespace delos::test;

namespace {

/// The form of the reductions over dim 1 of what the first reduction reads.
std::variant<OnePassForm, OnePassRefusal> derive(GraphText &text) {
  auto space = IterationSpace::of(text.block());
  REQUIRE(std::holds_alternative<IterationSpace>(space));
  auto &found = std::get<IterationSpace>(space);
  auto reduce = text.find<graph::ReduceOp>();
  int axis = found.loopsAt(reduce->getOpOperand(0))[1].front();
  return deriveOnePass(text.block(), found, axis);
}

/// Lines `NAME = OP OPERANDS` on tensors of rows (upper case) and one value per row (lower case):
///   map ops; max / sum: reductions over the axis; rows: broadcasts a value per row.
std::string rows(std::initializer_list<const char *> lines, const std::string &result) {
  const std::string R = "tensor<4x9xf32>", V = "tensor<4xf32>";
  auto typeOf = [&](const std::string &name) { return std::isupper(name[1]) ? R : V; };
  std::string text = "func.func @f(%X: " + R + ", %Y: " + R + ") -> " + typeOf(result) + " {\n";
  for (const char *line : lines) {
    std::istringstream words(line);
    std::string name, equals, op, operands, types, operand;
    words >> name >> equals >> op;
    while (words >> operand) {
      operands += (operands.empty() ? "" : ", ") + operand;
      types += (types.empty() ? "" : ", ") + typeOf(operand);
    }
    if (op == "rows")
      text += name + " = graph.broadcast " + operands + " dims [0] : " + V + " -> " + R + "\n";
    else if (op == "max!" || op == "sum!")
      text += name + " = graph.reduce " + op.substr(0, 3) + " " + operands + " dims [1] : " + R + " -> " + V +
              "\n";
    else
      text += name + " = graph.map " + op + " " + operands + " : (" + types + ") -> " + typeOf(name) + "\n";
  }
  return text + "return " + result + " : " + typeOf(result) + "\n}";
}

std::string refusalOf(std::initializer_list<const char *> lines, const std::string &result) {
  GraphText text(rows(lines, result));
  REQUIRE(text.module);
  auto derived = derive(text);
  auto *refusal = std::get_if<OnePassRefusal>(&derived);
  return refusal ? refusal->reason : "derived";
}

} // namespace

TEST_CASE("the sum of exponentials rescales with its maximum") {
  GraphText text(
      rows({"%m = max! %X", "%M = rows %m", "%D = sub %X %M", "%E = exp %D", "%s = sum! %E"}, "%s"));
  auto derived = derive(text);
  auto *form = std::get_if<OnePassForm>(&derived);
  REQUIRE(form);
  REQUIRE(form->reductions.size() == 2);
  CHECK_FALSE(form->reductions[0].rescaled);
  CHECK(form->reductions[1].rescaled);
  CHECK(form->reductions[1].weight.empty());
  CHECK(form->score->str() == "in0");
}

TEST_CASE("weights stay, factors of reductions leave the loop: the row dot of softmax's gradient") {
  GraphText text(rows({"%m = max! %X", "%M = rows %m", "%D = sub %X %M", "%E = exp %D", "%s = sum! %E",
                       "%S = rows %s", "%P = div %E %S", "%G = mul %P %Y", "%d = sum! %G"},
                      "%d"));
  auto derived = derive(text);
  auto *form = std::get_if<OnePassForm>(&derived);
  REQUIRE(form);
  REQUIRE(form->reductions.size() == 3);
  const OnePassReduction &dot = form->reductions[2];
  CHECK(dot.rescaled);
  REQUIRE(dot.weight.size() == 1);
  CHECK(dot.weight[0].expr->str() == "in1");
  REQUIRE(dot.post.size() == 1);
  CHECK(dot.post[0].inverse);
  CHECK(dot.post[0].expr == form->reductions[1].leaf);
}

TEST_CASE("equal trees are one expression however often the graph has them") {
  GraphText text(rows({"%Z = mul %X %Y", "%m = max! %Z", "%M = rows %m", "%Z2 = mul %X %Y", "%D = sub %Z2 %M",
                       "%E = exp %D", "%s = sum! %E"},
                      "%s"));
  auto derived = derive(text);
  CHECK(std::holds_alternative<OnePassForm>(derived));
}

TEST_CASE("what does not split into factors is refused with the expression") {
  CHECK(
      refusalOf({"%m = sum! %X", "%M = rows %m", "%D = sub %X %M", "%Q = mul %D %D", "%v = sum! %Q"}, "%v") ==
      "a sum of what varies along the axis and a reduction over it, outside of exp: sub(in0, sum(in0))");
  CHECK(refusalOf({"%m = max! %X", "%M = rows %m", "%D = sub %X %M", "%T = tanh %D", "%v = sum! %T"}, "%v") ==
        "a factor that mixes what varies along the axis and a reduction over it: tanh(sub(in0, max(in0)))");
  std::string entropy =
      refusalOf({"%m = max! %X", "%M = rows %m", "%D = sub %X %M", "%E = exp %D", "%s = sum! %E",
                 "%S = rows %s", "%P = div %E %S", "%L = log %P", "%H = mul %P %L", "%h = sum! %H"},
                "%h");
  CHECK(entropy.rfind("a factor that mixes what varies along the axis and a reduction over it: log(div(exp(",
                      0) == 0);
}

TEST_CASE("an exponent must be bounded by the maximum of the same score") {
  CHECK(refusalOf({"%m = sum! %X", "%M = rows %m", "%D = sub %X %M", "%E = exp %D", "%s = sum! %E"}, "%s") ==
        "an exponent that is not relative to a maximum, so that rescaling may overflow: sub(in0, sum(in0))");
  CHECK(refusalOf({"%Z = mul %X %Y", "%m = max! %X", "%M = rows %m", "%D = sub %Z %M", "%E = exp %D",
                   "%s = sum! %E"},
                  "%s") ==
        "an exponent relative to the maximum of something else: sub(mul(in0, in1), max(in0))");
  CHECK(refusalOf({"%m = max! %X", "%M = rows %m", "%D = add %X %M", "%E = exp %D", "%s = sum! %E"}, "%s") ==
        "an exponent that is not relative to one reduction: add(in0, max(in0))");
}

TEST_CASE("combiners other than sums do not commute with rescaling") {
  std::string reason =
      refusalOf({"%m = max! %X", "%M = rows %m", "%D = sub %X %M", "%E = exp %D", "%v = max! %E"}, "%v");
  CHECK(reason.rfind("a max, which does not commute with rescaling", 0) == 0);
}

TEST_CASE("index comparisons before -inf bound the axis") {
  GraphText text(R"(func.func @f(%x: tensor<4x9xf32>) -> tensor<4xf32> {
    %i = graph.iota 0 : tensor<4x9xi64>
    %j = graph.iota 1 : tensor<4x9xi64>
    %two = graph.constant dense<2> : tensor<4x9xi64>
    %k = graph.map add %i, %two : (tensor<4x9xi64>, tensor<4x9xi64>) -> tensor<4x9xi64>
    %upper = graph.map lt %j, %k : (tensor<4x9xi64>, tensor<4x9xi64>) -> tensor<4x9xi1>
    %lower = graph.map ge %j, %i : (tensor<4x9xi64>, tensor<4x9xi64>) -> tensor<4x9xi1>
    %keep = graph.map bit_and %upper, %lower : (tensor<4x9xi1>, tensor<4x9xi1>) -> tensor<4x9xi1>
    %none = graph.constant dense<0xFF800000> : tensor<4x9xf32>
    %s = graph.map select %keep, %x, %none : (tensor<4x9xi1>, tensor<4x9xf32>, tensor<4x9xf32>) -> tensor<4x9xf32>
    %m = graph.reduce max %s dims [1] : tensor<4x9xf32> -> tensor<4xf32>
    %b = graph.broadcast %m dims [0] : tensor<4xf32> -> tensor<4x9xf32>
    %d = graph.map sub %s, %b : (tensor<4x9xf32>, tensor<4x9xf32>) -> tensor<4x9xf32>
    %e = graph.map exp %d : (tensor<4x9xf32>) -> tensor<4x9xf32>
    %l = graph.reduce sum %e dims [1] : tensor<4x9xf32> -> tensor<4xf32>
    return %l : tensor<4xf32>
  })");
  auto derived = derive(text);
  auto *form = std::get_if<OnePassForm>(&derived);
  REQUIRE(form);
  REQUIRE(form->upperBounds.size() == 1);
  REQUIRE(form->lowerBounds.size() == 1);
  CHECK(form->upperBounds[0].offset.isConstant(1)); // j < i + 2 is j <= i + 1
  CHECK(form->lowerBounds[0].offset.isConstant(0));
  CHECK(form->boundConditions.size() == 2);
}
