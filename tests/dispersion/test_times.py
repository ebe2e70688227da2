"""Whatever a file writes for a time, it is seconds here."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.baseline import BaselineError
from sidecar.columns import ABSENT, Coded
from sidecar.dispersion import epoch_seconds

MOMENT = datetime(2013, 7, 4, 12, 30, tzinfo=UTC)
SECONDS = MOMENT.timestamp()


@pytest.mark.parametrize(
    "cell",
    [
        SECONDS,
        int(SECONDS),
        SECONDS * 1e3,
        SECONDS * 1e6,
        SECONDS * 1e9,
        str(SECONDS),
        MOMENT,
        MOMENT.replace(tzinfo=None),
        MOMENT.astimezone(timezone(timedelta(hours=2))),
        "2013-07-04T12:30:00",
        "2013-07-04 12:30:00",
        "2013-07-04T12:30Z",
        "2013-07-04T14:30:00+02:00",
        " 20130704T123000 ",
    ],
)
def test_one_moment_is_one_number(cell: object) -> None:
    """Epoch seconds and their parts, dates and their texts, with and without a zone, name the same second."""
    assert epoch_seconds([cell]).tolist() == [SECONDS]
    assert epoch_seconds(Coded([cell, None], np.array([0, 1, 0]))).tolist()[::2] == [SECONDS, SECONDS]


def test_arrays_are_read_as_they_are() -> None:
    """Numbers and NumPy's own times need no Python value each."""
    stamps = np.array(["2013-07-04T12:30:00", "NaT"], dtype="datetime64[ns]")
    np.testing.assert_array_equal(epoch_seconds(stamps), [SECONDS, np.nan])
    np.testing.assert_array_equal(epoch_seconds(np.array([SECONDS, np.nan, np.inf])), [SECONDS, np.nan, np.nan])
    np.testing.assert_array_equal(epoch_seconds(np.array([int(SECONDS * 1000)])), [SECONDS])
    assert epoch_seconds([date(2013, 7, 4)]).tolist() == [SECONDS - 12.5 * 3600]


def test_a_missing_time_is_none() -> None:
    """A row without a time is left out later, and is no error."""
    assert np.isnan(epoch_seconds([None, ABSENT, "", float("nan")])).all()


@pytest.mark.parametrize("cell", ["soon", True, [1], {"at": 1}, "2013-13-01"])
def test_what_is_no_time_is_named(cell: object) -> None:
    """The fault shows the value."""
    with pytest.raises(BaselineError, match="where a time belongs"):
        epoch_seconds([1.0, cell])


@given(st.lists(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1))))  # noqa: DTZ001 - UTC by our rule
def test_texts_and_moments_agree(moments: list[datetime]) -> None:
    """A time and its text are the same number."""
    np.testing.assert_array_equal(epoch_seconds(moments), epoch_seconds([moment.isoformat() for moment in moments]))
