"""benchmark.kernel_results: groups by family and kind, and only a clear loss is one."""

from benchmark.kernel_results import groups, markdown, slower


def case(name, fraction, **more):
    return {"name": name, "ms": 1.0, "fraction": fraction, "fraction_low": fraction - 0.01, "fraction_high": fraction + 0.01,
            "limit": "flops", "gflops": 1.0, "gbytes": 1.0, **more}  # fmt: skip


def figures(*cases):
    return {"peaks": {"threads": 1, "bits": 512, "fma": 260.0}, "peer": "", "cases": list(cases)}


def test_groups():
    cases = [case("gemm/1x2x3/constant", 1), case("gemm/4x5x6/constant", 1), case("rows/softmax/64x128", 1), case("math/exp", 1)]
    assert {name: len(members) for name, members in groups([*cases, {"name": "a/b", "failed": "x"}]).items()} == {
        "gemm/constant": 2, "rows/softmax": 1, "math": 1,
    }  # fmt: skip


def test_slower_needs_a_gap():
    old = figures(case("a/b", 0.9), case("a/c", 0.9), case("a/d", 0.9))
    new = figures(case("a/b", 0.88), case("a/c", 0.5), {"name": "a/d", "failed": "x"}, case("a/new", 0.1))
    assert [line.split(":")[1].strip() for line in slower(old, new)] == ["a/c"]


def test_markdown_holds_the_mean_the_least_and_the_failures():
    text = markdown(figures(case("a/b", 0.9), case("a/c", 0.4, onednn_ratio=1.5), {"name": "a/d", "failed": "why"}))
    assert "| a | 2 | 60.0 | 40.0 (a/c) | 1.50 |" in text and "Failed: a/d: why" in text
