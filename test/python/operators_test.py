"""Single operators on awkward data, static and with every dim symbolic, against ONNX Runtime."""

import numpy as np
import pytest
from comparing import assert_all_close, run_onnxruntime
from guarded import run_guarded
from operator_cases import all_cases, model

CASES = all_cases()


@pytest.mark.parametrize("symbolic", [False, True], ids=["static", "symbolic"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_operator(delos, case, symbolic):
    proto = model(case, symbolic=symbolic)
    if symbolic and case.refused:
        with pytest.raises((NotImplementedError, ValueError), match=case.op):
            delos.compile(proto)
        return
    executable = delos.compile(proto)
    with np.errstate(all="ignore"):
        want = run_onnxruntime(proto, case.feeds())
    assert_all_close(run_guarded(executable, case.feeds()), want, case.tolerance)
    assert executable.counters()["interpreted"] == 0
