"""The files that a baseline can be built from, and that can be compared with one, by the ending of their names.

Another format is another class with `studies` and `read` and one more line in `FORMATS`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sidecar.baseline.csv_files import CsvFiles
from sidecar.baseline.errors import BaselineError
from sidecar.baseline.json_files import JsonFiles, NdjsonFiles
from sidecar.baseline.parquet_files import ParquetFiles
from sidecar.baseline.source import Progress, Source, unwatched

FORMATS: Final[Mapping[str, Callable[[Sequence[Path], Progress], Source]]] = {
    ".csv": CsvFiles,
    ".tsv": CsvFiles,
    ".json": JsonFiles,
    ".ndjson": NdjsonFiles,
    ".jsonl": NdjsonFiles,
    ".parquet": ParquetFiles,
}


def open_files(paths: Sequence[str | Path], progress: Progress = unwatched) -> Source:
    """Return the data in some files of one format.

    Raises
    ------
    BaselineError
        If a file is of a format that cannot be read, or they are of different ones.
    """
    files = [Path(path) for path in paths]
    for file in files:
        if file.suffix.lower() not in FORMATS:
            raise BaselineError(f"is of no known format; the name should end with {', '.join(FORMATS)}", source=str(file))
    formats = {FORMATS[file.suffix.lower()] for file in files}
    if len(formats) > 1:
        raise BaselineError("is of another format than the file before it", source=str(files[-1]))
    return formats.pop()(files, progress)


def open_descriptor(descriptor: int, ending: str) -> Source:
    """Return the data in a file that is open already, and has to stay so while it is read; `ending` says what it is."""
    return FORMATS[ending]([Path(f"/proc/self/fd/{descriptor}")], unwatched)
