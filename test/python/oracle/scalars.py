"""The element-wise functions once more, in NumPy and Python integers: what the interpreter is tested against."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from oracle.graph_ir import numpy_dtype
from oracle.numeric import info, is_float


def _sigmoid(x):
    return np.where(x < 0, np.exp(x) / (1 + np.exp(x)), 1 / (1 + np.exp(-x)))


def _sign(x):
    return np.where(np.isnan(x), x, (x > 0) * 1.0 - (x < 0) * 1.0)


# Functions of float64 arrays.
FLOAT: dict[str, Callable] = {
    "abs": np.abs, "neg": np.negative, "sign": _sign, "ceil": np.ceil, "floor": np.floor, "round_even": np.rint, "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x), "reciprocal": lambda x: 1 / x, "exp": np.exp, "log": np.log, "log1p": np.log1p,
    "expm1": np.expm1, "erf": np.vectorize(math.erf, otypes=[np.float64]), "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "sigmoid": _sigmoid, "is_nan": np.isnan, "is_inf": np.isinf,
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "rem_floor": np.mod, "rem_trunc": np.fmod,
    "pow": np.power, "max": np.maximum, "min": np.minimum, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal,
    "gt": np.greater, "ge": np.greater_equal, "select": np.where,
    # Exact in long double for 16- and 32-bit floats.
    "fma": lambda a, b, c: np.longdouble(a) * np.longdouble(b) + np.longdouble(c),
}  # fmt: skip


def _quotient(a: int, b: int) -> int:
    return 0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _power(a: int, b: int, modulus: int) -> int:
    if b >= 0:
        return pow(a, b, modulus)
    return (1 if b % 2 == 0 else -1) if a == -1 else int(a == 1)


# Functions of Python integers and the width in bits; results wrap afterwards.
INT: dict[str, Callable] = {
    "abs": lambda w, a: abs(a), "neg": lambda w, a: -a, "sign": lambda w, a: (a > 0) - (a < 0), "bit_not": lambda w, a: ~a,
    "add": lambda w, a, b: a + b, "sub": lambda w, a, b: a - b, "mul": lambda w, a, b: a * b, "div": lambda w, a, b: _quotient(a, b),
    "rem_floor": lambda w, a, b: a % b if b else 0, "rem_trunc": lambda w, a, b: a - b * _quotient(a, b) if b else 0,
    "pow": lambda w, a, b: _power(a, b, 1 << w), "max": lambda w, a, b: max(a, b), "min": lambda w, a, b: min(a, b),
    "bit_and": lambda w, a, b: a & b, "bit_or": lambda w, a, b: a | b, "bit_xor": lambda w, a, b: a ^ b,
    "shift_left": lambda w, a, b: a << b if 0 <= b < w else 0,
    "shift_right": lambda w, a, b: (a % (1 << w)) >> b if 0 <= b < w else 0,
    "eq": lambda w, a, b: a == b, "ne": lambda w, a, b: a != b, "lt": lambda w, a, b: a < b, "le": lambda w, a, b: a <= b,
    "gt": lambda w, a, b: a > b, "ge": lambda w, a, b: a >= b, "select": lambda w, c, a, b: a if c else b,
}  # fmt: skip

BOOL = ("bit_not", "bit_and", "bit_or", "bit_xor", "eq", "ne", "lt", "le", "gt", "ge", "select")
ARITY = {"select": 3, "fma": 3, **{fn: 1 for fn in list(FLOAT)[:29]}, "bit_not": 1}


def arity(fn: str) -> int:
    return ARITY.get(fn, 2)


def functions(dtype: str) -> list[str]:
    """The functions that the dialect defines for a dtype."""
    if is_float(dtype):
        return list(FLOAT)
    if dtype == "bool":
        return list(BOOL)
    return list(INT)


def wrap(value: int, dtype: str) -> int:
    limits = info(dtype)
    low, span = int(limits.min), int(limits.max) - int(limits.min) + 1
    return (value - low) % span + low


def evaluate(fn: str, dtype: str, operands: list[np.ndarray]) -> np.ndarray:
    """The expected result: floats by way of float64, rounded once."""
    bools = fn in ("is_nan", "is_inf", "eq", "ne", "lt", "le", "gt", "ge")
    if is_float(dtype):
        wide = [x if x.dtype == np.bool_ else x.astype(np.float64) for x in operands]
        with np.errstate(all="ignore"):
            result = FLOAT[fn](*wide)
            return np.asarray(result, dtype=np.bool_ if bools else numpy_dtype(dtype))
    width = 1 if dtype == "bool" else numpy_dtype(dtype).itemsize * 8
    columns = [[int(x) for x in operand.ravel()] for operand in operands]
    values = [INT[fn](width, *row) for row in zip(*columns)]
    if dtype == "bool":
        values = [value & 1 for value in values]
    elif not bools:
        values = [wrap(value, dtype) for value in values]
    return np.array(values, dtype=np.bool_ if bools else numpy_dtype(dtype)).reshape(operands[-1].shape)


