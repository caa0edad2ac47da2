"""Exceptions of Delos: each is also the built-in exception that fits."""


class Error(Exception):
    """Anything that Delos refuses or fails at."""


class InvalidArgumentError(Error, ValueError):
    """The caller's or the model's mistake; the text names the node, tensor or input."""


class NotFoundError(Error, FileNotFoundError):
    """No such file."""


class UnsupportedError(Error, NotImplementedError):
    """An operator, type or feature that Delos lacks, named."""


class LimitError(Error, MemoryError):
    """A limit on models was exceeded, or memory is short."""


class OutOfRangeError(Error, IndexError):
    """A kernel met an index outside its tensor."""


class PermissionDeniedError(Error, PermissionError):
    """A file that may not be read."""


class CancelledError(Error):
    """The run was cancelled."""


class DeadlineExceededError(Error, TimeoutError):
    """The run took longer than it was given."""


class InternalError(Error, RuntimeError):
    """A bug of Delos."""


_BY_STATUS = {
    1: InvalidArgumentError,
    2: NotFoundError,
    3: UnsupportedError,
    4: LimitError,
    5: OutOfRangeError,
    6: PermissionDeniedError,
    7: CancelledError,
    9: DeadlineExceededError,
}


def make(status: int, text: str) -> Error:
    """The exception of a DelosStatus of the C interface."""
    return _BY_STATUS.get(status, InternalError)(text)
