// Names of symbolic dims: equal texts are equal sizes, different ones are not.
#include "lib/Import/TypeReader.h"

#include <catch2/catch.hpp>

using delos::DimExpr;
using delos::importer::DimSymbols;

TEST_CASE("symbols: texts that are no identifiers stay apart") {
  DimSymbols symbols;
  CHECK(symbols.parse("batch").str() == "batch");
  CHECK(symbols.parse("seq len").str() == "seq_len");
  CHECK(symbols.parse("seq-len?").str() != "seq_len");
  CHECK(symbols.parse("seq_len").str() != "seq_len"); // taken by "seq len"
  CHECK(symbols.parse("seq_len") == symbols.parse("seq_len"));
  CHECK(symbols.parse("seq len") == symbols.parse("seq len"));
}

TEST_CASE("symbols: expressions are read as such") {
  DimSymbols symbols;
  CHECK(symbols.parse("2*seq + 1") == DimExpr(2) * DimExpr::symbol("seq") + DimExpr(1));
  CHECK(symbols.parse("seq + seq") == DimExpr(2) * DimExpr::symbol("seq"));
  CHECK(symbols.parse("12").asConstant() == 12);
}

TEST_CASE("symbols: what is no size becomes an opaque name") {
  DimSymbols symbols;
  for (const char *text : {"-1", "99999999999999999999999", "a +", "((((", "\xff\xfe", "?", "7 words"}) {
    DimExpr size = symbols.parse(text);
    CHECK(size.isValid());
    CHECK(!size.asConstant());
    CHECK(size.symbols().size() == 1);
  }
}

TEST_CASE("symbols: a product of sums is not multiplied out") {
  DimSymbols symbols;
  std::string text = "(a+b)";
  for (int i = 0; i < 40; ++i)
    text += "*(a" + std::to_string(i) + "+b" + std::to_string(i) + ")";
  CHECK(symbols.parse(text).terms().size() == 1);
}

TEST_CASE("symbols: unnamed dims have names of their own") {
  DimSymbols symbols;
  CHECK(symbols.parse("x_d0").str() == "x_d0");
  CHECK(symbols.unnamed("x", 0).str() == "x_d0_2");
  CHECK(symbols.unnamed("x", 1).str() == "x_d1");
  CHECK(symbols.unnamed("x", 0) == symbols.unnamed("x", 0));
}
