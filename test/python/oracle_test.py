"""The compiler against the reference interpreter, in the short form: random graphs and the grid of single kernels.

The long form is `python -m oracle fuzz --count 20000` and `python -m oracle grid` (scripts/full).
"""

import itertools

import pytest

from oracle import fuzz, grid, numeric, recorded
from oracle.compare import COMPILED, compare
from oracle.graph_ir import Function
from oracle.runner import Case

SIMPLIFIED = ["--pipeline", "builtin.module(delos-simplify-graph)"]


def random_graphs(random, count: int):
    return list(itertools.islice(fuzz.graphs(random), count))


def test_simplified_graphs_compute_the_same(random):
    findings = compare(random_graphs(random, 60), "delos-reference", SIMPLIFIED)
    assert not findings, "\n\n".join(f"{each}\n{fuzz.minimal(each, 'delos-reference', SIMPLIFIED)}" for each in findings[:3])


@pytest.mark.parametrize("fusion", ["none", "full"])
def test_the_engine_computes_what_the_reference_does(random, fusion):
    options = ["--engine", fusion]
    findings = compare(random_graphs(random, 25), COMPILED, options)
    assert not findings, "\n\n".join(f"{each}\n{fuzz.minimal(each, COMPILED, options)}" for each in findings[:3])


@pytest.mark.parametrize("fusion", ["none", "full"])
def test_recorded_mistakes_are_not_made_again(random, fusion):
    findings = compare(recorded.cases(random), COMPILED, ["--engine", fusion])
    assert not findings, "\n\n".join(map(str, findings))


@pytest.mark.parametrize("family", list(grid.FAMILIES))
def test_single_kernels_compute_what_the_reference_does(random, family):
    """A sample of the grid: every op of the family, whatever dtype and shape the draw gives."""
    cases = list(grid.cases(random, [family], short=True))
    sample = [cases[int(i)] for i in random.choice(len(cases), min(60, len(cases)), replace=False)]
    findings = compare(sample)
    assert not findings, "\n".join(map(str, findings))


def test_a_wrong_result_is_found_and_reduced_to_its_op(random):
    """The comparison itself: float64 on the other side disagrees where rounding shows, and the finding names the op."""
    f = Function("rounds")
    x = f.argument("float32", [17])
    f.give(f.map("exp", f.reverse(f.map("neg", x), [0])))
    case = Case(f, [numeric.draw(random, "float32", [17])])
    (finding,) = compare([case], "delos-reference", ["--float64"])
    assert "expected float32, got float64" in finding.text
    assert fuzz.minimal(finding, "delos-reference", ["--float64"]).count("graph.map") == 1


@pytest.mark.parametrize("symbolic", [False, True])
def test_the_grid_is_made_of_valid_functions(random, symbolic):
    """Every case of the grid runs in the interpreter, so that a failure in the compiler is the compiler's."""
    maker = grid.Maker(random, symbolic, grid.SHORT)
    cases = [case for family in grid.FAMILIES.values() for case in family(maker)]
    assert len(cases) > 1000
    findings = compare([cases[int(i)] for i in random.choice(len(cases), 500, replace=False)], "delos-reference")
    assert not findings, "\n".join(map(str, findings[:10]))
