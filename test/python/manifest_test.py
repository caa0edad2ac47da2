"""benchmark/manifest.json: the kernel cases are those of the program, none twice; a case that vanishes is an error."""

import json

from benchmark.manifest import MANIFEST, dropped, merged, program_kernels, text


def test_kernels_are_the_programs():
    listed, program = json.loads(MANIFEST.read_text())["kernels"], program_kernels()
    assert len(program) == len(set(program))
    assert dropped(listed, program) == []
    assert merged(listed, program) == listed, "run: python -m benchmark.manifest"


def test_lists_only_grow():
    assert dropped(["a", "b"], ["b", "c"]) == ["a"]
    assert merged(["f/b", "g/a"], ["g/a", "f/c", "f/b", "h/x"]) == ["f/b", "f/c", "g/a", "h/x"]


def test_the_text_is_the_manifests():
    assert text(json.loads(MANIFEST.read_text())) == MANIFEST.read_text()
