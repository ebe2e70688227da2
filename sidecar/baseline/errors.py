"""What is wrong with a baseline, said so that the person who made the file can mend it."""


class BaselineError(ValueError):
    """A baseline cannot be read or built.

    Parameters
    ----------
    fault
        What is wrong, in words, without the place.
    source
        The file, where there is one.
    feature
        The feature, where it is one feature's fault.

    Examples
    --------
    >>> print(BaselineError("two counts are negative", source="baseline.json", feature="age"))
    baseline.json: feature 'age': two counts are negative
    """

    def __init__(self, fault: str, *, source: str | None = None, feature: str | None = None) -> None:
        place = ([source] if source else []) + ([f"feature {feature!r}"] if feature is not None else [])
        super().__init__(": ".join([*place, fault]))
        self.fault = fault
        self.source = source
        self.feature = feature

    def at(self, source: str) -> "BaselineError":
        """Return the same fault with its file."""
        return BaselineError(self.fault, source=source, feature=self.feature)

    def without_source(self) -> str:
        """Return the fault in words where there is no file to name.

        >>> BaselineError("is empty", source="a.csv").without_source()
        'is empty'
        """
        return str(BaselineError(self.fault, feature=self.feature))
