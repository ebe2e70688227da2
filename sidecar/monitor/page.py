"""``GET /monitor/``: where to look, for a person with a browser.

What it shows to be typed names the address that the reader came by, which may be a forwarded port.
"""

from collections.abc import Iterable
from html import escape

from aiohttp import hdrs, web

from sidecar.monitor.reply import document

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HERE = "[here]"
_FRAME = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>drift-sidecar</title>
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }}
  code {{ font-size: 1.05em }}
</style>
<h1>drift-sidecar</h1>
<p>This service watches a copy of a model's traffic and says when it no longer looks like the training data.</p>
<ul>
{links}
</ul>
<p>Count a row by hand:</p>
<pre><code>curl -X POST {here}/monitor/predict -H 'Content-Type: application/json' \\
  -d '{{"features": {{"age": 35, "income": 50000}}}}'</code></pre>
</html>
"""


def page(links: Iterable[tuple[str, str]]) -> bytes:
    """Return the page with a list of (path, what is there), and a gap for the reader's address."""
    items = "\n".join(f'  <li><a href="{path}"><code>{path}</code></a>: {text}</li>' for path, text in links)
    return _FRAME.format(links=items, here=_HERE).encode()


def page_reply(request: web.Request, body: bytes) -> web.Response:
    """Answer with the page; it may load nothing and be framed by nobody."""
    shown = body.replace(_HERE.encode(), escape(request.headers.get(hdrs.HOST, "localhost")).encode("utf-8", "replace"))
    return document(
        request, shown, "text/html; charset=utf-8", {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
    )
