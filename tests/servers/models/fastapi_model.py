"""A model by hand, as most are: FastAPI and a few lines."""

import asyncio

import httpx
import requests
from fastapi import FastAPI
from pydantic import BaseModel

from tests.servers.people import Row, people, score

app = FastAPI()


class Person(BaseModel):
    """One row."""

    age: float
    income: float
    tenure: float
    plan: int


@app.post("/predict")
def predict(person: Person) -> dict[str, float]:
    """Score one row."""
    return {"prediction": score(**person.model_dump())}


@app.post("/predict_batch")
def predict_batch(rows: list[Person]) -> dict[str, list[float]]:
    """Score several rows."""
    return {"predictions": [score(**person.model_dump()) for person in rows]}


def one_at_a_time(address: str) -> list[Row]:
    """Keep one connection, as a session does."""
    rows = people(20, 1)
    with requests.Session() as session:
        for row in rows:
            session.post(f"http://{address}/predict", json=row, timeout=10).raise_for_status()
    return rows


def a_batch(address: str) -> list[Row]:
    """Send rows as a list of objects."""
    rows = people(50, 2)
    requests.post(f"http://{address}/predict_batch", json=rows, timeout=10).raise_for_status()
    return rows


def at_the_same_time(address: str) -> list[Row]:
    """Ask on several connections at once."""
    rows = people(30, 3)

    async def ask() -> None:
        limits = httpx.Limits(max_connections=5)
        async with httpx.AsyncClient(base_url=f"http://{address}", limits=limits, timeout=10) as client:
            for answer in await asyncio.gather(*(client.post("/predict", json=row) for row in rows)):
                answer.raise_for_status()

    asyncio.run(ask())
    return rows


def a_mistake(address: str) -> list[Row]:
    """Leave a feature out, which this model refuses."""
    assert requests.post(f"http://{address}/predict", json={"age": 1}, timeout=10).status_code == 422
    return []


CALLS = {"http": [one_at_a_time, a_batch, at_the_same_time, a_mistake]}
