// The kernel frame, lowered and called: tables, views, scratch, tile range and the error result.
#include "lib/Target/CPU/KernelFunction.h"

#include "test/unit/Target/KernelHarness.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Verifier.h"

#include <catch2/catch.hpp>
#include <numeric>

using namespace mlir;
using namespace delos;
using namespace delos::test;

namespace {
struct Frame {
  std::unique_ptr<MLIRContext> context = createContext();
  OpBuilder builder{context.get()};
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  Frame() { builder.setInsertionPointToEnd(module->getBody()); }
  AffineExpr symbol(unsigned k) { return builder.getAffineSymbolExpr(k); }
};
} // namespace

TEST_CASE("a kernel reads its tables and writes only its tiles") {
  Frame f;
  Type f32 = f.builder.getF32Type();
  cpu::KernelBuffer matrix{f32, {f.symbol(0), f.symbol(1) * 2}};
  cpu::KernelFunction kernel(f.builder, f.loc, "twice", {matrix, matrix}, 2);
  Value one = arith::ConstantIndexOp::create(f.builder, f.loc, 1);
  Value zero = arith::ConstantIndexOp::create(f.builder, f.loc, 0);
  Value columns = kernel.evaluateIndex(f.symbol(1) * 2);
  auto rows = scf::ForOp::create(f.builder, f.loc, kernel.begin(), kernel.end(), one);
  f.builder.setInsertionPointToStart(rows.getBody());
  auto loop = scf::ForOp::create(f.builder, f.loc, zero, columns, one);
  f.builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> at = {rows.getInductionVar(), loop.getInductionVar()};
  Value x = memref::LoadOp::create(f.builder, f.loc, kernel.buffer(0), at);
  Value y = arith::AddFOp::create(f.builder, f.loc, x, x);
  memref::StoreOp::create(f.builder, f.loc, y, kernel.buffer(1), at);
  f.builder.setInsertionPointAfter(rows);
  kernel.finish();
  REQUIRE(succeeded(verify(*f.module)));

  auto compiled = CompiledModule::compile(*f.module);
  INFO(compiled.status().ToString());
  REQUIRE(compiled.ok());
  std::vector<float> in(5 * 6), out(5 * 6, -1);
  std::iota(in.begin(), in.end(), 1.0f);
  void *buffers[] = {in.data(), out.data()};
  int64_t dims[] = {5, 3};
  CHECK(compiled->kernel("twice")(buffers, dims, nullptr, 1, 4) == 0);
  for (size_t i = 0; i < out.size(); ++i)
    CHECK(out[i] == (i >= 6 && i < 24 ? 2 * in[i] : -1));
}

TEST_CASE("a recorded error is the kernel's result and the last one wins") {
  Frame f;
  cpu::KernelFunction kernel(f.builder, f.loc, "guard", {{f.builder.getI64Type(), {}}}, 0);
  Value x = memref::LoadOp::create(f.builder, f.loc, kernel.buffer(0), ValueRange{});
  auto above = [&](int64_t limit) {
    Value bound = arith::ConstantIntOp::create(f.builder, f.loc, limit, 64);
    return arith::CmpIOp::create(f.builder, f.loc, arith::CmpIPredicate::sgt, x, bound).getResult();
  };
  kernel.recordError(above(10), 1);
  kernel.recordError(above(20), 3);
  kernel.finish();
  auto compiled = CompiledModule::compile(*f.module);
  REQUIRE(compiled.ok());
  for (auto [value, code] : {std::pair<int64_t, int32_t>{5, 0}, {15, 1}, {25, 3}}) {
    void *buffers[] = {&value};
    CHECK(compiled->kernel("guard")(buffers, nullptr, nullptr, 0, 1) == code);
  }
}

TEST_CASE("scratch views start at their byte offset and vectors pass through") {
  Frame f;
  Type i8 = f.builder.getI8Type();
  cpu::KernelBuffer bytes{f.builder.getI1Type(), {f.builder.getAffineConstantExpr(16)}};
  cpu::KernelFunction kernel(f.builder, f.loc, "through", {bytes, bytes}, 1);
  CHECK(cast<MemRefType>(kernel.buffer(0).getType()).getElementType() == i8);
  Value zero = arith::ConstantIndexOp::create(f.builder, f.loc, 0);
  Value room = kernel.scratch(i8, f.symbol(0), {f.builder.getAffineConstantExpr(16)});
  auto type = VectorType::get({16}, i8);
  Value x = vector::LoadOp::create(f.builder, f.loc, type, kernel.buffer(0), zero);
  vector::StoreOp::create(f.builder, f.loc, x, room, zero);
  Value nine = arith::ConstantIndexOp::create(f.builder, f.loc, 9);
  Value mask =
      vector::CreateMaskOp::create(f.builder, f.loc, VectorType::get({16}, f.builder.getI1Type()), nine);
  Value y = vector::LoadOp::create(f.builder, f.loc, type, room, zero);
  vector::MaskedStoreOp::create(f.builder, f.loc, kernel.buffer(1), ValueRange{zero}, mask, y);
  kernel.finish();
  auto compiled = CompiledModule::compile(*f.module);
  REQUIRE(compiled.ok());
  std::vector<char> in(16, 1), out(16, 7), scratch(64, 0);
  void *buffers[] = {in.data(), out.data()};
  int64_t dims[] = {32};
  CHECK(compiled->kernel("through")(buffers, dims, scratch.data(), 0, 1) == 0);
  CHECK(scratch[31] == 0);
  CHECK(scratch[32] == 1);
  CHECK(out[8] == 1);
  CHECK(out[9] == 7);
}

TEST_CASE("an unknown processor is refused with its name") {
  auto target = cpu::TargetDescription::named("no-such-cpu");
  REQUIRE_FALSE(target.ok());
  CHECK(target.status().message().find("no-such-cpu") != std::string::npos);
  auto haswell = cpu::TargetDescription::named("haswell");
  REQUIRE(haswell.ok());
  CHECK(haswell->vectorBits == 256);
  CHECK(haswell->hasFma);
  auto wide = cpu::TargetDescription::named("x86-64-v4");
  REQUIRE(wide.ok());
  CHECK(wide->vectorBits == 512);
  CHECK(wide->has("avx512f"));
}

TEST_CASE("a missing outside symbol is reported by name") {
  auto context = createContext();
  auto compiled = CompiledModule::compileText(*context, R"(
    llvm.func @not_there(f32) -> f32
    llvm.func @k(%a: !llvm.ptr) {
      %x = llvm.load %a : !llvm.ptr -> f32
      %y = llvm.call @not_there(%x) : (f32) -> f32
      llvm.store %y, %a : f32, !llvm.ptr
      llvm.return
    })");
  REQUIRE(compiled.ok());
  auto address = compiled->find("k");
  REQUIRE_FALSE(address.ok());
  CHECK(address.status().message().find("not_there") != std::string::npos);
}
