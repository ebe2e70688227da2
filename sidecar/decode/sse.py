"""Server-sent events, as models stream their answers: the data of each event."""

from typing import Final

_EVENTS: Final = 100_000
_END: Final = "[DONE]"


def data_of_events(text: str) -> list[str]:
    r"""Return the data of each event, without the word that ends a stream.

    Lines end with CR, LF or both; several data lines of one event are one text (HTML standard, section 9.2.6).

    Examples
    --------
    >>> data_of_events('id: 0\r\ndata: {"token": "a"}\r\n\r\ndata: two\ndata: lines\n\ndata: [DONE]\n\n')
    ['{"token": "a"}', 'two\nlines']
    """
    events: list[str] = []
    data: list[str] = []
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            events.append("\n".join(data))
            data = []
        if len(events) >= _EVENTS:
            break
    return [event for event in events if event != _END]
