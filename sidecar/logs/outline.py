"""An exception in one string, without the data it may quote.

``float("Alice")`` fails with ``could not convert string to float: 'Alice'``, a `KeyError` is nothing but the key, and a
validation error prints its input. A sidecar sees other people's data, and its log is collected, shipped and kept, so the
message is written only where the type is known to speak of the machine and not of the data.
"""

import traceback

_SPEAK_OF_THE_MACHINE = (OSError, ImportError, AttributeError, NameError, TypeError, RuntimeError, MemoryError, ArithmeticError)
_DEEPEST = 20


def outline(error: BaseException) -> str:
    """Return the type of `error`, the frames that it came through (innermost last) and the same of its causes.

    >>> try:
    ...     float("Alice")
    ... except ValueError as error:
    ...     "Alice" in outline(error), outline(error).startswith("ValueError at ")
    (False, True)
    """
    parts = [_one(error)]
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen and len(parts) < _DEEPEST:
        seen.add(id(cause))
        parts.append(_one(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return ", caused by ".join(parts)


def _one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
    places = " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)
    return _name(error) + (f" at {places}" if places else "")


def _name(error: BaseException) -> str:
    name = type(error).__qualname__
    return f"{name}({error})" if isinstance(error, _SPEAK_OF_THE_MACHINE) else name


def _short(path: str) -> str:
    """Keep the last two parts of a path: enough to find the file, nothing of the machine.

    >>> _short("/opt/venv/lib/python3.12/site-packages/aiohttp/web_app.py")
    'aiohttp/web_app.py'
    """
    return "/".join(path.split("/")[-2:])
