"""The shipped sample: the profile of the customer table, made by the commands that its generator names."""

from pathlib import Path

from examples import customers
from sidecar.baseline import read_baseline
from sidecar.cli import main

CONFIG_MAP_BYTES = 1 << 20


def test_building_it_again_gives_the_same_fingerprint(root: Path, tmp_path: Path) -> None:
    """The file in the repository is what its generator and `baseline build` make today."""
    table, built = tmp_path / "customers.csv", tmp_path / "baseline.json"
    assert customers.main(["--output", str(table)]) == 0
    assert main(["baseline", "build", str(table), "-o", str(built)]) == 0
    shipped = read_baseline(str(root / "baseline_data.json"))
    assert read_baseline(str(built)).fingerprint == shipped.fingerprint


def test_it_holds_the_four_features_of_ten_thousand_customers(root: Path) -> None:
    """Names, order and rows are those that every document of the project speaks of."""
    shipped = read_baseline(str(root / "baseline_data.json"))
    assert shipped.names == customers.FEATURES
    assert shipped.rows == customers.ROWS


def test_it_fits_into_a_config_map_many_times(root: Path) -> None:
    """A ConfigMap holds one mebibyte; the sample needs a fraction of it."""
    assert (root / "baseline_data.json").stat().st_size < CONFIG_MAP_BYTES / 20
