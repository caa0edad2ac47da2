/* The C interface is C: a whole compile and run of the fake compiler's "add" in plain C. */
#include "delos-c/delos.h"

#include <string.h>

/* Returns 0 when z = x + y came out. */
int delosTestRunFromC(void) {
  DelosExecutable *executable = 0;
  if (delosGetAbiVersion() != DELOS_C_ABI_VERSION ||
      delosCompileBytes("add", 3, 0, 0, &executable) != DELOS_OK)
    return 1;
  float x[3] = {1, 2, 3}, y[3] = {10, 20, 30};
  int64_t shape[2] = {1, 3};
  DelosTensorView inputs[2] = {{1, 2, shape, 0, x}, {1, 2, shape, 0, y}};
  DelosTensor *output = 0;
  DelosTensorView view;
  if (delosExecutableRun(executable, inputs, 2, 0, &output) != DELOS_OK)
    return 2;
  delosTensorGetView(output, &view);
  float expected[3] = {11, 22, 33};
  int differs = view.rank != 2 || memcmp(view.data, expected, sizeof(expected)) != 0;
  delosTensorDestroy(output);
  delosExecutableDestroy(executable);
  return differs ? 3 : 0;
}
