// The table of openers: versions, and rows that cannot shadow each other.
#include "lib/Open/OpenerTable.h"

#include <catch2/catch.hpp>

using namespace delos::open;

TEST_CASE("the row with the greatest version at or below the model's is found") {
  const OpenerRow *attribute = findOpener("", "Clip", 10), *operands = findOpener("", "Clip", 11);
  REQUIRE(attribute);
  REQUIRE(operands);
  CHECK(attribute->since == 1);
  CHECK(operands->since == 11);
  CHECK(findOpener("", "Clip", 99) == operands);
}

TEST_CASE("an operator before its first version, or of another domain, has no row") {
  CHECK(findOpener("", "Attention", 22) == nullptr);
  CHECK(hasOpener("", "Attention"));
  CHECK(findOpener("com.example", "Add", 13) == nullptr);
  CHECK_FALSE(hasOpener("", "NoSuchOperator"));
  CHECK(findOpener("", "Relu", 0) == nullptr);
}

TEST_CASE("every row takes a sensible number of operands") {
  for (auto family : {elementwiseOpeners, reductionOpeners, shapeOpeners, attentionOpeners})
    for (const OpenerRow &row : family()) {
      INFO(row.opType.str() << " v" << row.since);
      CHECK(row.minOperands <= row.maxOperands);
      CHECK(row.since >= 1);
      CHECK(findOpener(row.domain, row.opType, row.since) == &row);
    }
}
