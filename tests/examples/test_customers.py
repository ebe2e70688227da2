"""The customer table: the same rows everywhere and always, believable, and drifting where it says it drifts."""

import csv
import hashlib
import io
import math
from statistics import correlation, mean, quantiles

import pytest

from examples import customers
from examples.customers import CAMPAIGN, FEATURES, ROWS, SEED, TRAINED, Record, draw, main, write_csv

# Computed once; a change of this number is a change of baseline_data.json.
DIGEST = "e4f3d2c699bc08dc68591c7a10d12a8ad628c5a017116e5077f776bbd3685159"


@pytest.fixture(scope="module")
def table() -> list[Record]:
    """Return the shipped table."""
    return draw(ROWS, SEED)


def column(table: list[Record], name: str) -> list[float]:
    """Return the values of a numeric column."""
    return [float(row[name]) for row in table]


def as_csv(records: list[Record]) -> str:
    """Return the records as the text of a CSV file."""
    out = io.StringIO()
    write_csv(records, out)
    return out.getvalue()


def test_the_table_is_the_same_on_every_machine(table: list[Record]) -> None:
    """The CSV of the shipped seed has the digest that was computed when the baseline was made."""
    assert hashlib.sha256(as_csv(table).encode()).hexdigest() == DIGEST


def test_more_rows_of_a_seed_do_not_come_from_another_law() -> None:
    """Two seeds give different rows, the same seed the same ones."""
    assert draw(50, 1) == draw(50, 1) != draw(50, 2)


def test_every_value_is_one_that_a_customer_can_have(table: list[Record]) -> None:
    """Ages, incomes, months and categories stay within their bounds, and nobody was a customer before the age of 17."""
    assert all(18 <= row["age"] <= 90 for row in table if isinstance(row["age"], int))
    assert all(income >= 6_000 and income % 100 == 0 for income in column(table, "income"))
    assert all(0 <= months <= 120 for months in column(table, "tenure_months"))
    assert all(t <= 12 * (a - 17) for t, a in zip(column(table, "tenure_months"), column(table, "age"), strict=True))
    assert {row["product_category"] for row in table} == set(customers.TASTES)


@pytest.mark.parametrize("name", ["age", "income", "tenure_months"])
def test_numbers_lean_to_the_low_side(table: list[Record], name: str) -> None:
    """Each numeric column is skewed to the right: its mean is above its median."""
    values = column(table, name)
    assert mean(values) > 1.03 * quantiles(values, n=2)[0]


def test_columns_depend_on_each_other(table: list[Record]) -> None:
    """The old have been customers for longer and earn more, up to a point, and buy other things."""
    age, tenure = column(table, "age"), column(table, "tenure_months")
    assert 0.15 < correlation(age, tenure) < 0.5
    working = [row for row in table if float(row["age"]) <= 48]
    assert correlation(column(working, "age"), [math.log(x) for x in column(working, "income")]) > 0.3
    bought = {name: mean(float(row["age"]) for row in table if row["product_category"] == name) for name in customers.TASTES}
    assert bought["electronics"] < bought["groceries"] < bought["garden"]


def test_the_mean_age_is_the_one_of_its_law() -> None:
    """A gamma law of shape 3 and scale 8 above 18 has mean 42; whole years cut half a year off, folding almost nothing."""
    ages = column(draw(200_000, 3), "age")
    assert mean(ages) == pytest.approx(18 + 3 * TRAINED.age_scale - 0.5, abs=0.15)


def test_the_example_of_the_readme_is_an_ordinary_customer(table: list[Record]) -> None:
    """Age 35 and an income of 50 000 lie between the tenth and the ninetieth percentile."""
    for name, value in (("age", 35), ("income", 50_000)):
        deciles = quantiles(column(table, name), n=10)
        assert deciles[0] < value < deciles[-1]


def test_the_campaign_brings_younger_newer_and_therefore_poorer_customers() -> None:
    """The second market moves the columns that it names a lot, and those that depend on them a little."""
    trained, campaign = draw(5000, 1), draw(5000, 1, CAMPAIGN)
    medians = {
        name: (quantiles(column(trained, name), n=2)[0], quantiles(column(campaign, name), n=2)[0]) for name in FEATURES[:3]
    }
    assert medians["age"][1] < 0.75 * medians["age"][0]
    assert medians["tenure_months"][1] < 0.25 * medians["tenure_months"][0]
    assert 0.6 < medians["income"][1] / medians["income"][0] < 0.9


def test_the_file_holds_the_table(table: list[Record], tmp_path: object) -> None:
    """Reading the CSV back gives the rows that were written."""
    path = f"{tmp_path}/customers.csv"
    assert main(["--rows", "100", "--output", path]) == 0
    with open(path, newline="") as file:  # noqa: PTH123 - as a reader of the docs would
        rows = list(csv.DictReader(file))
    assert rows == [{name: str(value) for name, value in row.items()} for row in draw(100, SEED)]
