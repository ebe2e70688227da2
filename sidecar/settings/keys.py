"""Walk the model: every leaf key with its field and its variable."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

PREFIX = "DRIFT_"


class Key(NamedTuple):
    """One leaf: its path in the file, its variable, its field."""

    path: tuple[str, ...]
    variable: str
    field: FieldInfo

    @property
    def dotted(self) -> str:
        """The key as the documentation writes it."""
        return ".".join(self.path)

    @property
    def default(self) -> object:
        """The value when neither file nor environment gives one."""
        return self.field.get_default(call_default_factory=True)


def keys_of(model: type[BaseModel], prefix: str = PREFIX, above: tuple[str, ...] = ()) -> Iterator[Key]:
    """Yield every leaf of `model`, depth first, in the order of the source; `prefix` begins the name of each variable."""
    for name, field in model.model_fields.items():
        path = (*above, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys_of(field.annotation, prefix, path)
        else:
            yield Key(path, prefix + "__".join(path).upper(), field)
