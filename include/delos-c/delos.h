/*
 * The C interface of Delos.
 *
 * Objects are opaque handles that their `Destroy` function ends (which accepts null). Functions return a
 * DelosStatus and put their results into the last parameters, which they leave alone on failure;
 * delosGetLastError then has the text. All functions may be called from any thread; one handle may be used by
 * several threads at once unless said otherwise. No exception leaves this interface.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DELOS_C_API __attribute__((visibility("default")))

/** Raised with every incompatible change of this header. */
#define DELOS_C_ABI_VERSION 2

/** The version that the library was built with; differs from the header's when they do not belong together.
 */
DELOS_C_API uint32_t delosGetAbiVersion(void);

/** Delos's version, "major.minor.patch". */
DELOS_C_API const char *delosGetVersion(void);

typedef enum DelosStatus {
  DELOS_OK = 0,
  DELOS_INVALID_ARGUMENT = 1,   /**< The caller's or the model's mistake. */
  DELOS_NOT_FOUND = 2,          /**< No such file. */
  DELOS_UNIMPLEMENTED = 3,      /**< An operator, type or feature that Delos lacks. */
  DELOS_RESOURCE_EXHAUSTED = 4, /**< A limit or memory. */
  DELOS_OUT_OF_RANGE = 5,       /**< A kernel met an index outside its tensor. */
  DELOS_PERMISSION_DENIED = 6,
  DELOS_CANCELLED = 7,
  DELOS_INTERNAL = 8,         /**< A bug of Delos. */
  DELOS_DEADLINE_EXCEEDED = 9 /**< A run took longer than it was given. */
} DelosStatus;

/** Text of the last failure on this thread; empty before the first. Valid until the next call on this thread.
 */
DELOS_C_API const char *delosGetLastError(void);

/* ---- Text
 * ---------------------------------------------------------------------------------------------------- */

typedef struct DelosString DelosString;

/** Null-terminated; valid as long as the handle. */
DELOS_C_API const char *delosStringGetData(const DelosString *string);
DELOS_C_API size_t delosStringGetSize(const DelosString *string);
DELOS_C_API void delosStringDestroy(DelosString *string);

/* ---- Options
 * ------------------------------------------------------------------------------------------------- */

/** Options of a compile. Not for use by several threads at once. */
typedef struct DelosOptions DelosOptions;

DELOS_C_API DelosStatus delosOptionsCreate(DelosOptions **options);

/**
 * Sets one option from text: "device", "threads", "fusion" (none, elementwise, full), "deterministic" and
 * "precise_math" (true, false), "target_cpu", "target_features", "dump_directory", "until_after", "dim:NAME"
 * (fixes a symbolic dim), "dim_hint:NAME", "limit:NAME" (model_bytes, constant_bytes, tensor_bytes, nodes,
 * nesting, rank, folded_bytes, folding_steps), "extra:NAME". DELOS_INVALID_ARGUMENT for other keys and
 * malformed values. What the compiler does not implement (see delos/Options.h) is refused when it compiles.
 */
DELOS_C_API DelosStatus delosOptionsSet(DelosOptions *options, const char *key, const char *value);
DELOS_C_API void delosOptionsDestroy(DelosOptions *options);

/* ---- Tensors
 * ------------------------------------------------------------------------------------------------- */

/** Element type: the number that ONNX's TensorProto.DataType gives it (1 float32, 7 int64, 16 bfloat16, ...).
 */
typedef int32_t DelosElementType;

/** "float32", ...; "undefined" for numbers that name no type. */
DELOS_C_API const char *delosElementTypeGetName(DelosElementType type);
/** The type with that name; 0 when there is none. */
DELOS_C_API DelosElementType delosElementTypeFromName(const char *name);
/** Bits of one element; 0 for types without bytes. */
DELOS_C_API int64_t delosElementTypeGetBits(DelosElementType type);

/** A tensor in somebody else's memory. */
typedef struct DelosTensorView {
  DelosElementType type;
  int32_t rank;
  const int64_t *shape;   /**< `rank` extents. */
  const int64_t *strides; /**< `rank` strides in elements; null means dense row-major. */
  void *data;             /**< Address of element 0, 0, ... */
} DelosTensorView;

/** A result: a dense tensor with its own memory. */
typedef struct DelosTensor DelosTensor;

/** What the tensor holds; the view is valid as long as the handle. */
DELOS_C_API void delosTensorGetView(const DelosTensor *tensor, DelosTensorView *view);
DELOS_C_API void delosTensorDestroy(DelosTensor *tensor);

/* ---- Compilation
 * --------------------------------------------------------------------------------------------- */

/** A compiled model. */
typedef struct DelosExecutable DelosExecutable;

/** Compiles an ONNX file. `options` may be null. */
DELOS_C_API DelosStatus delosCompileFile(const char *path, const DelosOptions *options,
                                         DelosExecutable **executable);

/** Compiles a serialised ModelProto. `directory` is where its external data may be read from; null forbids
 * it. */
DELOS_C_API DelosStatus delosCompileBytes(const void *bytes, size_t size, const char *directory,
                                          const DelosOptions *options, DelosExecutable **executable);

/** The IR after the phase that option "until_after" names. */
DELOS_C_API DelosStatus delosLowerFile(const char *path, const DelosOptions *options, DelosString **text);
DELOS_C_API DelosStatus delosLowerBytes(const void *bytes, size_t size, const char *directory,
                                        const DelosOptions *options, DelosString **text);

/* ---- Executables
 * --------------------------------------------------------------------------------------------- */

typedef struct DelosDim {
  int64_t size;        /**< The extent; -1 when it is not static. */
  const char *name;    /**< The model's name of it, empty when it has none. */
  const char *formula; /**< In terms of named dims where it is computed. */
} DelosDim;

/** An input or output. Pointers are valid as long as the executable. */
typedef struct DelosValueInfo {
  const char *name;
  DelosElementType type;
  int32_t rank;
  const DelosDim *dims;
} DelosValueInfo;

typedef struct DelosCounters {
  int64_t compiles;
  int64_t interpreted;
  int64_t kernels;
  int64_t launches;
  int64_t runs;
  int64_t input_copies;
} DelosCounters;

typedef enum DelosRunFlags {
  DELOS_RUN_DEFAULT = 0,
  DELOS_RUN_POISON = 1 /**< Fill temporaries and outputs with 0xFF bytes first. */
} DelosRunFlags;

/** A request to stop runs; may be used by several threads and from signal handlers. */
typedef struct DelosCancellation DelosCancellation;

DELOS_C_API DelosStatus delosCancellationCreate(DelosCancellation **cancellation);
/** Ends the runs that were given it with DELOS_CANCELLED; later ones too, until it is reset. */
DELOS_C_API void delosCancellationCancel(DelosCancellation *cancellation);
DELOS_C_API void delosCancellationReset(DelosCancellation *cancellation);
DELOS_C_API void delosCancellationDestroy(DelosCancellation *cancellation);

/**
 * The host program's own executor. `schedule` sees to it that `task(argument)` is called exactly once, sooner
 * or later, on any thread; it is called from any thread, several at a time, and must not wait for the task. A
 * task that starts after its run has ended returns at once; context and executor must live until then.
 */
typedef struct DelosHostExecutor {
  void *context;
  int32_t workers; /**< Tasks that may run at the same time, besides the caller of a run. */
  void (*schedule)(void *context, void (*task)(void *argument), void *argument);
} DelosHostExecutor;

/** What a caller may ask of one run. Start from `{sizeof(DelosRunOptions)}`: fields that are 0 ask for
 * nothing. */
typedef struct DelosRunOptions {
  size_t size;            /**< sizeof(DelosRunOptions) of the caller. */
  uint32_t flags;         /**< DelosRunFlags. */
  double timeout_seconds; /**< Ends the run with DELOS_DEADLINE_EXCEEDED after so long. */
  const DelosCancellation *cancellation;
  const DelosHostExecutor *executor; /**< Whose threads help instead of Delos's. */
} DelosRunOptions;

DELOS_C_API size_t delosExecutableGetInputCount(const DelosExecutable *executable);
DELOS_C_API size_t delosExecutableGetOutputCount(const DelosExecutable *executable);
DELOS_C_API DelosStatus delosExecutableGetInput(const DelosExecutable *executable, size_t index,
                                                DelosValueInfo *info);
DELOS_C_API DelosStatus delosExecutableGetOutput(const DelosExecutable *executable, size_t index,
                                                 DelosValueInfo *info);

/** Runs on `inputCount` tensors; `outputs` has room for one handle per output, which the caller destroys.
 * `options` may be null. */
DELOS_C_API DelosStatus delosExecutableRun(const DelosExecutable *executable, const DelosTensorView *inputs,
                                           size_t inputCount, const DelosRunOptions *options,
                                           DelosTensor **outputs);

/** Runs into `outputCount` dense tensors of the right type and shape, disjoint from inputs and each other. */
DELOS_C_API DelosStatus delosExecutableRunInto(const DelosExecutable *executable,
                                               const DelosTensorView *inputs, size_t inputCount,
                                               const DelosRunOptions *options, const DelosTensorView *outputs,
                                               size_t outputCount);

/** Like delosExecutableRun, also recording launch times as JSON: {"seconds", "launches": [{"launch",
 * "kernel", "thread", "begin", "end"}]}. */
DELOS_C_API DelosStatus delosExecutableRunTraced(const DelosExecutable *executable,
                                                 const DelosTensorView *inputs, size_t inputCount,
                                                 const DelosRunOptions *options, DelosTensor **outputs,
                                                 DelosString **trace);

/** Bytes of temporaries that a run on these inputs needs. */
DELOS_C_API DelosStatus delosExecutableGetArenaBytes(const DelosExecutable *executable,
                                                     const DelosTensorView *inputs, size_t inputCount,
                                                     int64_t *bytes);

/** What the compile decided, as JSON. */
DELOS_C_API DelosStatus delosExecutableGetReport(const DelosExecutable *executable, DelosString **json);
/** The plan, as text. */
DELOS_C_API DelosStatus delosExecutableGetPlan(const DelosExecutable *executable, DelosString **text);
DELOS_C_API DelosStatus delosExecutableGetCounters(const DelosExecutable *executable,
                                                   DelosCounters *counters);
DELOS_C_API void delosExecutableDestroy(DelosExecutable *executable);

#ifdef __cplusplus
} /* extern "C" */
#endif
