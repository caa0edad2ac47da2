"""DFT and STFT against NumPy in float64: every kind of factor, both directions, real and complex signals, one-sided forms."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

# Each kind of factor once: passes of 2, 3, 4, 5 and 7, a product with a matrix (11), a convolution (67).
COMPLEX_LENGTHS = [1, 7, 10, pytest.param(67, marks=pytest.mark.slow)]
REAL_LENGTHS = [2, 5, 11, 24]


@pytest.fixture
def rng():
    return np.random.default_rng(17)


def transform(delos, op, x, constants, **attributes):
    names = ["x"] + [f"c{i}" if c is not None else "" for i, c in enumerate(constants)]
    node = helper.make_node(op, names, ["y"], **attributes)
    given = [numpy_helper.from_array(np.asarray(c), f"c{i}") for i, c in enumerate(constants) if c is not None]
    kind = helper.np_dtype_to_tensor_dtype(x.dtype)
    signal = helper.make_tensor_value_info("x", kind, x.shape)
    graph = helper.make_graph([node], "g", [signal], [onnx.ValueInfoProto(name="y")], given)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    return np.asarray(delos.compile(model).run({"x": x})["y"])


def parts(z):
    return np.stack([z.real, z.imag], -1)


def check(got, exact, scale=1.0):
    """The error stays near that of a fast transform in the same precision: a few roundings of the largest value."""
    assert got.shape == exact.shape
    unit = np.finfo(got.dtype).eps * max(float(np.abs(exact).max(initial=0)), 1e-30)
    assert np.abs(got - exact).max(initial=0) <= 4 * unit * scale


@pytest.mark.parametrize("n", COMPLEX_LENGTHS)
def test_complex_signals(delos, rng, n):
    x = rng.standard_normal((2, n, 3, 2)).astype(np.float32)
    z = x[..., 0].astype(np.float64) + 1j * x[..., 1]
    check(transform(delos, "DFT", x, [None, np.int64(1)]), parts(np.fft.fft(z, axis=1)))
    check(transform(delos, "DFT", x, [None, np.int64(1)], inverse=1), parts(np.fft.ifft(z, axis=1)))


@pytest.mark.parametrize("n", REAL_LENGTHS)
def test_real_signals(delos, rng, n):
    x = rng.standard_normal((3, n, 1)).astype(np.float32)
    z = x[..., 0].astype(np.float64)
    check(transform(delos, "DFT", x, [None, np.int64(1)]), parts(np.fft.fft(z)))
    half = transform(delos, "DFT", x, [None, np.int64(-2)], onesided=1)
    check(half, parts(np.fft.rfft(z)))
    assert not half[:, 0, 1].any() and (n % 2 or not half[:, n // 2, 1].any())
    back = transform(delos, "DFT", half, [np.int64(n), np.int64(1)], inverse=1, onesided=1)
    check(back[..., 0], z, 2.0)


@pytest.mark.parametrize("length", [4, 14])
def test_lengths_cut_and_fill(delos, rng, length):
    x = rng.standard_normal((2, 9, 2))
    z = x[..., 0] + 1j * x[..., 1]
    check(transform(delos, "DFT", x, [np.int64(length), np.int64(1)]), parts(np.fft.fft(z, length)))


def test_16_bit_signals_are_computed_in_f32(delos, rng):
    x = rng.standard_normal((2, 30, 1)).astype(np.float16)
    check(transform(delos, "DFT", x, [None, np.int64(1)]), parts(np.fft.fft(x[..., 0].astype(np.float64))))


@pytest.mark.parametrize("frame", [8])
def test_frames_of_a_signal(delos, rng, frame):
    x, window = rng.standard_normal((2, 50, 1)).astype(np.float32), np.hanning(frame).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(x[..., 0].astype(np.float64), frame, axis=1)[:, ::4] * window
    check(transform(delos, "STFT", x, [np.int64(4), window]), parts(np.fft.rfft(frames)))
