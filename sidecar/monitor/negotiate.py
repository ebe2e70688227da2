"""What a client accepts, from its header (RFC 9110, section 12.5)."""


def quality(header: str, *names: str) -> float:
    """Return how much a client wants something, 0 to 1.

    Parameters
    ----------
    header
        The value of ``Accept`` or ``Accept-Encoding``.
    names
        What is offered, by its most specific name first; the first that the header speaks of decides.

    Examples
    --------
    >>> quality("gzip;q=0.5, *;q=0.1", "gzip", "*")
    0.5
    >>> quality("text/html, */*;q=0.1", "text/plain", "text/*", "*/*")
    0.1
    >>> quality("gzip;q=0", "gzip", "*"), quality("br", "gzip", "*")
    (0.0, 0.0)
    """
    wanted: dict[str, float] = {}
    for entry in header.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        wanted[name] = max(wanted.get(name, 0.0), _weight(parameters))
    return next((wanted[name] for name in names if name in wanted), 0.0)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
