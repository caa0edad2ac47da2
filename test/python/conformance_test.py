"""The conformance harness: counts every case once, and a crash, a hang or a wrong answer never ends the run."""

import re

import numpy as np
import pytest
from conformance.cases import suite
from conformance.compare import Mismatch, check_outputs
from conformance.pool import run_all
from conformance.report import clean, closing_line, markdown, reason_class, summarize

FAKES = "conformance_fakes"


@pytest.fixture(scope="module")
def cases():
    return suite()


def verdicts(chosen, backend=FAKES, timeout=3.0):
    results = {}
    run_all(chosen, backend, 1, timeout, lambda case, result: results.update({case.name: result}))
    return results


def single(cases, op):
    return next(c for c in cases if re.fullmatch(f"test_{op}", c.name) and c.kind == "node")


def test_suite_is_whole(cases):
    assert len(cases) == 1914
    assert sum(c.light for c in cases) == 9
    assert len({(c.kind, c.name) for c in cases}) == 1914


def test_misbehaving_backend_is_survived(cases):
    ops = ["abs", "relu", "neg", "sign", "floor", "ceil"]
    results = verdicts([single(cases, op) for op in ops])
    assert [results[single(cases, op).name]["verdict"] for op in ops] == [
        "crash", "pass", "hang", "unsupported", "wrong", "wrong",
    ]  # fmt: skip
    totals = summarize(list(results.values()))
    assert not clean(totals)
    assert closing_line(totals).startswith("6 cases: 1 pass, 2 wrong, 1 crash, 1 hang, 1 unsupported")
    assert "operator Sign is not supported" in markdown("static", FAKES, {}, list(results.values()))


def test_worker_loads_no_reference(cases):
    results = verdicts([single(cases, "relu")], timeout=30.0)
    assert all(r["forbidden"] == [] for r in results.values())


def test_comparison_rejects_shape_dtype_value_and_count():
    one = np.ones((2, 3), np.float32)
    check_outputs([one], [one.copy()], 1e-3, 1e-7)
    for other in (one[:1], one.astype(np.float64), one * 1.01, np.full_like(one, np.nan)):
        with pytest.raises(Mismatch):
            check_outputs([one], [other], 1e-3, 1e-7)
    with pytest.raises(Mismatch):
        check_outputs([one], [one, one], 1e-3, 1e-7)


def test_random_values_are_not_compared_but_shapes_and_dtypes_are():
    one = np.ones((2, 3), np.float32)
    check_outputs([one], [one * 7], 1e-3, 1e-7, values=False)
    for other in (one[:1], one.astype(np.float64)):
        with pytest.raises(Mismatch):
            check_outputs([one], [other], 1e-3, 1e-7, values=False)


def test_random_operators_count_as_unsupported_with_their_reason(delos, cases):
    case = single(cases, "bernoulli")
    result = verdicts([case], "delos.onnx_backend", 60.0)[case.name]
    assert result["verdict"] == "unsupported" and result["reason"].startswith("random operator: shape and dtype agree")


def test_reasons_of_one_cause_are_one_class():
    first = reason_class("UnsupportedError: node 'a1': operator X (ai.onnx 13) has no opener")
    assert first == reason_class("UnsupportedError: node 'b2': operator X (ai.onnx 13) has no opener")


def test_sample_of_the_suite_has_no_wrong_answer(delos, cases):
    """A fixed sample; scripts/full runs all of it."""
    import random

    chosen = random.Random(1).sample([c for c in cases if not c.light], 300)
    results = list(verdicts(chosen, "delos.onnx_backend", 60.0).values())
    bad = [f"{r['verdict']} {r['name']}: {r['reason']}" for r in results if r["verdict"] in ("wrong", "crash", "hang")]
    assert not bad, "\n".join(bad)
    assert clean(summarize(results))
    assert summarize(results)["pass"] >= 60
