"""README.md: its Python example runs as it stands."""

import contextlib
import io
import re
from pathlib import Path

import onnx

from benchmark.models import build

README = Path(__file__).parents[2] / "README.md"


def test_python_example(delos, tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    onnx.save(build("mobilenet_v2").proto, tmp_path / "model.onnx")
    monkeypatch.chdir(tmp_path)
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), names)
    assert names["y"].shape == (1, 1280)
    assert (names["results"]["pooler_output"] == names["y"]).all()
    assert "pixel_values" in printed.getvalue()
