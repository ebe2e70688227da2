"""How the settings model reads an address: from its text, to which it also writes it back."""

from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from sidecar.address import Address


def _read(value: object) -> Address:
    if isinstance(value, Address):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is neither host:port nor unix:PATH")
    return Address.parse(value.strip())


AddressSetting = Annotated[Address, PlainValidator(_read, json_schema_input_type=str), PlainSerializer(str, return_type=str)]
