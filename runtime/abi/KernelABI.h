/* The C interface between compiled kernels and the runtime: one signature for static and dynamic kernels
 * alike. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a kernel built against an older header could misbehave. */
#define DELOS_KERNEL_ABI_VERSION 1

/* Alignment in bytes of constants, arena buffers and scratch. Inputs and outputs are aligned to their
 * element. */
#define DELOS_BUFFER_ALIGNMENT 64

/**
 * A kernel.
 *
 * @param buf      base addresses of its tensors, inputs first, then outputs; every tensor is dense and
 * row-major. Outputs overlap neither each other nor an input.
 * @param dim      the dimensions that its record lists, in that order (null when there are none).
 * @param scratch  bytes for this call alone, as many as its record asks for, 64-byte aligned (null when
 * none); holds garbage on entry.
 * @param begin    first parallel tile to compute.
 * @param end      one past the last one; 0 <= begin < end <= the tile count of its record.
 * @return 0, or one of DelosKernelCode; the outputs are then unspecified.
 *
 * Calls for disjoint tile ranges may run at the same time on several threads, in any order; together they
 * write every element of every output exactly once. A kernel neither allocates nor locks, calls nothing but
 * mathematics, and leaves the floating-point environment as it found it.
 */
typedef int32_t (*DelosKernelFn)(void *const *buf, const int64_t *dim, void *scratch, int64_t begin,
                                 int64_t end);

/** What a kernel returns. Values below 0 are reserved for the runtime. */
typedef enum DelosKernelCode {
  DELOS_KERNEL_OK = 0,
  DELOS_KERNEL_INDEX_OUT_OF_RANGE = 1, /**< A gather, scatter or slice met an index outside its tensor. */
  DELOS_KERNEL_DIVISION_BY_ZERO = 2,   /**< An integer division or remainder by zero. */
  DELOS_KERNEL_INVALID_ARGUMENT =
      3,                           /**< A value that the operator forbids (negative size, zero step, ...). */
  DELOS_KERNEL_SHAPE_MISMATCH = 4, /**< Dimensions that had to agree do not. */
  DELOS_KERNEL_GUARD_FAILED = 5 /**< A guard that the compiler relied on (alignment, bound) does not hold. */
} DelosKernelCode;

/** Element types; the values are those of ONNX's TensorProto.DataType. */
typedef enum DelosDType {
  DELOS_DTYPE_UNDEFINED = 0,
  DELOS_DTYPE_FLOAT32 = 1,
  DELOS_DTYPE_UINT8 = 2,
  DELOS_DTYPE_INT8 = 3,
  DELOS_DTYPE_UINT16 = 4,
  DELOS_DTYPE_INT16 = 5,
  DELOS_DTYPE_INT32 = 6,
  DELOS_DTYPE_INT64 = 7,
  DELOS_DTYPE_STRING = 8, /**< Not bytes: lives in string tensors, never in a kernel's buffer. */
  DELOS_DTYPE_BOOL = 9,   /**< One byte, 0 or 1. */
  DELOS_DTYPE_FLOAT16 = 10,
  DELOS_DTYPE_FLOAT64 = 11,
  DELOS_DTYPE_UINT32 = 12,
  DELOS_DTYPE_UINT64 = 13,
  DELOS_DTYPE_COMPLEX64 = 14,
  DELOS_DTYPE_COMPLEX128 = 15,
  DELOS_DTYPE_BFLOAT16 = 16,
  DELOS_DTYPE_FLOAT8E4M3FN = 17,
  DELOS_DTYPE_FLOAT8E4M3FNUZ = 18,
  DELOS_DTYPE_FLOAT8E5M2 = 19,
  DELOS_DTYPE_FLOAT8E5M2FNUZ = 20,
  DELOS_DTYPE_UINT4 = 21, /**< Two per byte, the first in the low half, as the ONNX standard packs them. */
  DELOS_DTYPE_INT4 = 22,
  DELOS_DTYPE_FLOAT4E2M1 = 23,
  DELOS_DTYPE_FLOAT8E8M0 = 24,
  DELOS_DTYPE_UINT2 = 25, /**< Four per byte, the first in the lowest bits. */
  DELOS_DTYPE_INT2 = 26
} DelosDType;

#ifdef __cplusplus
} /* extern "C" */
#endif
