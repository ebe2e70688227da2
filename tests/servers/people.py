"""The rows that clients send, the same ones on every machine, and the sum that every model answers with.

All values are whole and small, so that no tensor of any datatype, FP16 included, rounds them: what was sent and what was
counted can be compared exactly. The category is a number too, so that it fits among others in one tensor.
"""

import random
from collections.abc import Sequence

Row = dict[str, int]

FEATURES = ("age", "income", "tenure", "plan")


def people(count: int, seed: int) -> list[Row]:
    """Return `count` invented people."""
    rng = random.Random(seed)  # noqa: S311 -- it guards nothing
    return [
        {"age": rng.randint(18, 80), "income": rng.randint(10, 200), "tenure": rng.randint(0, 60), "plan": rng.randint(0, 2)}
        for _ in range(count)
    ]


def values(rows: Sequence[Row]) -> list[list[int]]:
    """Return the rows without their names."""
    return [[row[name] for name in FEATURES] for row in rows]


def baseline(rows: Sequence[Row]) -> list[dict[str, int | str]]:
    """Return the rows as a baseline: its text says that the last feature is a category."""
    return [{**row, "plan": str(row["plan"])} for row in rows]


def score(age: float, income: float, tenure: float, plan: float) -> float:
    """Return what every model answers: a number that every datatype holds exactly."""
    return (float(age) + float(income) + float(tenure) + float(plan)) / 8
