"""A body as a file that is on no disk.

Readers of files need something that can be opened, and opened again; a container with a read-only root has no place for it.
Linux keeps a file in memory for as long as somebody has it open, and a child that inherits the descriptor reads the same bytes
without a copy.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held(body: bytes) -> Iterator[int]:
    """Hold `body` as a file in memory, and hand out its descriptor.

    Examples
    --------
    >>> from pathlib import Path
    >>> with held(b"a,b") as descriptor:
    ...     Path(f"/proc/self/fd/{descriptor}").read_bytes()
    b'a,b'
    """
    descriptor = os.memfd_create("batch")
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        yield descriptor
    finally:
        os.close(descriptor)
