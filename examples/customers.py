"""The customer table: 10 000 invented rows that the shipped baseline, the sample model and the demo all come from.

The rows look like those of a shop's churn model: ages lean to the young side with a long tail, incomes are log-normal
around a curve that peaks in the late forties, most customers are new, nobody has been a customer for longer than the
shop exists (ten years), and what a person buys depends on age and income. So the columns are skewed, correlated, and
hold whole numbers, ties and a rare category, which is what a drift rule has to live with.

Two markets draw from the same laws with different parameters. `TRAINED` is what the model has learnt from. `CAMPAIGN`
is what arrives after an advertisement on a platform for young people: customers who are younger and newer, and who
therefore also earn and buy differently, although nobody changed those two columns.

Every number comes from the raw uniform stream of PCG64, through the inverse of its law. NumPy promises that stream for
ever, but not the streams of its distributions (NEP 19), and `baseline_data.json` must be the same file on every machine
and in every year.

    python -m examples.customers --output customers.csv
    python -m sidecar baseline build customers.csv -o baseline_data.json
"""

import argparse
import csv
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

ROWS = 10_000
SEED = 20_240_101
FEATURES = ("age", "income", "tenure_months", "product_category")

Record = dict[str, int | str]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Market:
    """The parameters that differ between the people of two markets.

    Parameters
    ----------
    age_scale : float
        scale of the gamma law of the years above 18; its shape is 3, so the mean age is 18 + 3 x scale.
    tenure_scale : float
        mean of the exponential law of the months as a customer at 42 years of age, before the limits of age and of the
        shop's own.
    """

    age_scale: float
    tenure_scale: float


TRAINED = Market(age_scale=8.0, tenure_scale=28.0)
CAMPAIGN = Market(age_scale=3.5, tenure_scale=5.0)

OLDEST = 90
SHOP_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Taste:
    """How much a category is liked: at the average customer, for each 10 years of age, for each doubling of income."""

    base: float
    decade: float
    doubling: float


TASTES = {
    "groceries": Taste(2.0, 0.10, -0.25),
    "clothing": Taste(1.6, -0.30, 0.05),
    "electronics": Taste(1.4, -0.45, 0.35),
    "home": Taste(1.2, 0.20, 0.25),
    "sports": Taste(0.6, -0.35, 0.20),
    "books": Taste(0.4, 0.25, 0.10),
    "toys": Taste(0.2, -0.20, 0.00),
    "garden": Taste(0.0, 0.45, 0.20),
    "insurance": Taste(-2.6, 0.30, 0.40),
}


def draw(rows: int, seed: int, market: Market = TRAINED) -> list[Record]:
    """Return `rows` customers of `market`, the same ones for the same seed.

    >>> draw(2, seed=1) == draw(2, seed=1)
    True
    >>> list(draw(1, seed=1)[0])
    ['age', 'income', 'tenure_months', 'product_category']
    """
    stream = np.random.Generator(np.random.PCG64(seed))
    age = _ages(stream.random((3, rows)), market)
    income = _incomes(stream.random((2, rows)), age)
    tenure = _tenures(stream.random(rows), age, market)
    category = _categories(stream.random((len(TASTES), rows)), age, income)
    names = list(TASTES)
    columns = (age.astype(int).tolist(), income.astype(int).tolist(), tenure.astype(int).tolist(), [names[i] for i in category])
    return [dict(zip(FEATURES, row, strict=True)) for row in zip(*columns, strict=True)]


def _ages(uniform: Floats, market: Market) -> Floats:
    """Whole years from 18: a gamma law of shape 3 is the sum of three exponential ones; its far tail is folded back at 90."""
    years = 18 + market.age_scale * -np.log1p(-uniform).sum(axis=0)
    folded: Floats = np.clip(np.floor(OLDEST - np.abs(OLDEST - years)), 18, OLDEST)
    return folded


def _incomes(uniform: Floats, age: Floats) -> Floats:
    """Yearly income in steps of 100: log-normal around a curve over age, the normal deviate by Box and Muller."""
    normal = np.sqrt(-2 * np.log1p(-uniform[0])) * np.cos(2 * np.pi * uniform[1])
    median = 22_000 + 36_000 * np.exp(-(((age - 48) / 17) ** 2))
    incomes: Floats = np.maximum(np.round(median * np.exp(0.42 * normal), -2), 6_000)
    return incomes


def _tenures(uniform: Floats, age: Floats, market: Market) -> Floats:
    """Whole months as a customer: exponential, the old more loyal, within the shop's ten years and the customer's own years."""
    months = np.floor(market.tenure_scale * (0.5 + (age - 18) / 48) * -np.log1p(-uniform))
    return np.minimum(np.minimum(months, SHOP_MONTHS), 12 * (age - 17))


def _categories(uniform: Floats, age: Floats, income: Floats) -> list[int]:
    """Index of each favourite category: the multinomial logit choice, drawn as the largest of utilities plus Gumbel noise."""
    decades, doublings = (age - 42) / 10, np.log2(income / 45_000)
    liking = np.array([taste.base + taste.decade * decades + taste.doubling * doublings for taste in TASTES.values()])
    noise = -np.log(-np.log(uniform + 0.5**54))
    favourites: list[int] = np.argmax(liking + noise, axis=0).tolist()
    return favourites


def write_csv(records: list[Record], out: TextIO) -> None:
    """Write a header and one line a customer."""
    writer = csv.DictWriter(out, FEATURES, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)


def main(arguments: list[str] | None = None) -> int:
    """Write the table to a file or to standard output."""
    parser = argparse.ArgumentParser(prog="python -m examples.customers", description="Write the customer table as CSV.")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--market", choices=("trained", "campaign"), default="trained")
    parser.add_argument("--output", type=Path, help="file to write; standard output if not given")
    options = parser.parse_args(arguments)
    records = draw(options.rows, options.seed, {"trained": TRAINED, "campaign": CAMPAIGN}[options.market])
    if options.output is None:
        write_csv(records, sys.stdout)
    else:
        with options.output.open("w", newline="") as out:
            write_csv(records, out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
