"""The two scikit-learn models, trained when their server starts, in seconds.

Both take the rows as they travel, a list of objects: `DictVectorizer` turns categories into columns and lets numbers
pass, so there is no data frame between the wire and the model, and an unknown category is a row without any, as in many
real services.
"""

import math
import random

from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-not-found] # in the example's environment only
from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-not-found] # likewise
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-not-found] # likewise

from examples import customers, flights


def train(name: str) -> Pipeline:
    """Return the trained model called `name`: ``customers`` or ``flights``."""
    records, labels = {"customers": _customers, "flights": _flights}[name]()
    model = make_pipeline(DictVectorizer(sparse=False), HistGradientBoostingClassifier(max_iter=40, random_state=0))
    return model.fit(records, labels)


def _customers() -> tuple[list[customers.Record], list[int]]:
    records = customers.draw(customers.ROWS, customers.SEED)
    rng = random.Random(customers.SEED)
    return records, [int(rng.random() < _churn(row)) for row in records]


def _churn(row: customers.Record) -> float:
    """Return the chance that a customer leaves within a year: the new and the young leave, the insured stay."""
    age, income, tenure = float(row["age"]), float(row["income"]), float(row["tenure_months"])
    leaning = 0.9 - 0.04 * tenure - 0.02 * (age - 42) - 0.2 * math.log2(income / 45_000)
    return 1 / (1 + math.exp(-leaning + 1.5 * (row["product_category"] == "insurance")))


def _flights() -> tuple[list[flights.Record], list[int]]:
    learnt = flights.learnt()
    return [flights.record(flight) for flight in learnt], [flights.late(flight) for flight in learnt]
