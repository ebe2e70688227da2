"""A BentoML service: arguments become members of the body, and methods become paths."""

import asyncio

import bentoml
import numpy as np
import requests

from tests.servers.people import Row, people, score, values


@bentoml.service(name="people")
class People:
    """Rows as arguments, as objects and as an array."""

    @bentoml.api
    def predict(self, age: float, income: float, tenure: float, plan: int) -> float:
        """Score one row."""
        return score(age, income, tenure, plan)

    @bentoml.api
    def predict_rows(self, rows: list[dict[str, float]]) -> list[float]:
        """Score several rows."""
        return [score(**row) for row in rows]

    @bentoml.api
    def predict_array(self, x: np.ndarray) -> np.ndarray:
        """Score rows without names."""
        return np.asarray([score(*row) for row in x])


def one_row(address: str) -> list[Row]:
    """Send arguments as an object."""
    rows = people(10, 1)
    with requests.Session() as session:
        for row in rows:
            session.post(f"http://{address}/predict", json=row, timeout=10).raise_for_status()
    return rows


def own_client(address: str) -> list[Row]:
    """Call the methods by their names, as BentoML's client offers them."""
    single, several, unnamed = people(5, 2), people(40, 3), people(60, 4)
    with bentoml.SyncHTTPClient(f"http://{address}") as client:
        for row in single:
            client.predict(**row)
        client.predict_rows(rows=several)
        client.predict_array(x=np.asarray(values(unnamed), dtype=float))
    return [*single, *several, *unnamed]


def own_async_client(address: str) -> list[Row]:
    """Call them from an event loop."""
    rows = people(25, 5)

    async def ask() -> None:
        async with bentoml.AsyncHTTPClient(f"http://{address}") as client:
            await client.predict_rows(rows=rows)

    asyncio.run(ask())
    return rows


def a_mistake(address: str) -> list[Row]:
    """Leave an argument out, which BentoML refuses."""
    assert requests.post(f"http://{address}/predict", json={"age": 1}, timeout=10).status_code == 400
    return []


CALLS = {"http": [one_row, own_client, own_async_client, a_mistake]}
