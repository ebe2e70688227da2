"""A model that MLflow saved and `mlflow models serve` serves. Run as a program, it saves the model."""

import json
import sys

import pandas as pd
import requests
from mlflow.models import ModelSignature
from mlflow.pyfunc import PythonModel, save_model
from mlflow.types import ColSpec, Schema

from tests.servers.people import FEATURES, Row, people, score, values


class People(PythonModel):
    """Scores a data frame."""

    def predict(self, context: object, model_input: pd.DataFrame, params: object = None) -> list[float]:
        """Score the rows."""
        del context, params
        return [score(*row) for row in model_input[list(FEATURES)].to_numpy()]


def ask(address: str, body: str, kind: str = "application/json", status: int = 200) -> None:
    """Post a body to the one path that there is."""
    answer = requests.post(f"http://{address}/invocations", body, headers={"Content-Type": kind}, timeout=20)
    assert answer.status_code == status, answer.text


def dataframe_split(address: str) -> list[Row]:
    """Send names once and rows as lists."""
    rows = people(21, 1)
    ask(address, json.dumps({"dataframe_split": {"columns": FEATURES, "data": values(rows)}}))
    return rows


def dataframe_records(address: str) -> list[Row]:
    """Send objects."""
    rows = people(22, 2)
    ask(address, json.dumps({"dataframe_records": rows}))
    return rows


def instances(address: str) -> list[Row]:
    """Send objects under the name that TensorFlow Serving gave them."""
    rows = people(23, 3)
    ask(address, json.dumps({"instances": rows}))
    return rows


def inputs(address: str) -> list[Row]:
    """Send columns."""
    rows = people(24, 4)
    ask(address, json.dumps({"inputs": {name: [row[name] for row in rows] for name in FEATURES}}))
    return rows


def csv(address: str) -> list[Row]:
    """Send text with a header."""
    rows = people(25, 5)
    ask(address, pd.DataFrame(rows).to_csv(index=False), "text/csv")
    return rows


def a_mistake(address: str) -> list[Row]:
    """Leave a column out, which the signature forbids."""
    ask(address, json.dumps({"dataframe_records": [{"age": 1}]}), status=400)
    return []


CALLS = {"http": [dataframe_split, dataframe_records, instances, inputs, csv, a_mistake]}

if __name__ == "__main__":
    signature = ModelSignature(inputs=Schema([ColSpec("double", name) for name in FEATURES]))
    save_model(sys.argv[1], python_model=People(), signature=signature, pip_requirements=[])
