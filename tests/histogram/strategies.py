"""Rows as they come: numbers with gaps, categories with rare values, and cells that are neither."""

from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324, 2**53 + 1, 10**400]),
)
CATEGORIES = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]), st.text(max_size=4), st.booleans(), st.integers(0, 3))
ODD = st.one_of(NUMBERS, CATEGORIES, st.just([1]), st.just({"a": 1}))


def rows(least: int = 0, most: int = 30) -> st.SearchStrategy[list[dict[str, object]]]:
    """Return lists of rows, from any of which any name may be absent."""
    cells: dict[str, st.SearchStrategy[object]] = {"number": NUMBERS, "category": CATEGORIES, "odd": ODD, "extra": st.none()}
    return st.lists(st.fixed_dictionaries({}, optional=cells), min_size=least, max_size=most)
