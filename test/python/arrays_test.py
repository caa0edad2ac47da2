"""The packing of sub-byte types between ml_dtypes (one element per byte) and ONNX (the first in the low bits)."""

import ml_dtypes
import numpy as np
import onnx
import pytest

SUB_BYTE = {"int4": 4, "uint4": 4, "int2": 2, "uint2": 2, "float4_e2m1fn": 4}


@pytest.fixture(scope="module")
def arrays(delos):
    from delos import _arrays

    return _arrays


@pytest.mark.parametrize("name", SUB_BYTE)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 64, 67])
def test_packing_is_onnx_packing(arrays, name, count):
    dtype, bits = np.dtype(getattr(ml_dtypes, name)), SUB_BYTE[name]
    raw = np.random.default_rng(count).integers(0, 1 << bits, count, dtype=np.uint8)
    array = raw.view(dtype)
    packed = arrays.pack(array, bits)
    assert packed.tobytes() == onnx.numpy_helper.from_array(array).raw_data
    number = next(n for n, d in arrays.DTYPES.items() if d == dtype)
    restored = arrays.restore(packed, number, (count,))
    assert restored.dtype == dtype
    assert restored.tobytes() == array.tobytes()


def test_restore_gives_the_shape_back(arrays):
    array = np.arange(6, dtype=np.uint8).view(ml_dtypes.uint4).reshape(2, 3)
    number = next(n for n, d in arrays.DTYPES.items() if d == array.dtype)
    assert arrays.restore(arrays.pack(array, 4), number, (2, 3)).tolist() == array.tolist()


def test_wide_foreign_types_are_views(arrays):
    values = np.array([1.5, -2.0, np.inf], ml_dtypes.bfloat16)
    raw = values.view(np.uint16)
    number = next(n for n, d in arrays.DTYPES.items() if d == values.dtype)
    restored = arrays.restore(raw, number, (3,))
    assert restored.dtype == values.dtype
    assert np.shares_memory(restored, raw)


def test_numbers_and_lists_take_the_expected_type(arrays):
    number = next(n for n, d in arrays.DTYPES.items() if d == np.float16)
    assert arrays.coerce([[1, 2], [3, 4]], number).dtype == np.float16
