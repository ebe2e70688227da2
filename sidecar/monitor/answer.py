"""The answer of ``/monitor/predict``: a part that all calls of one report share, and each call's own issues."""

import orjson

from sidecar.monitor.quality import RowIssues
from sidecar.verdict import Report


def shared_part(report: Report) -> bytes:
    """Serialise what every answer of `report` says, without the closing brace."""
    content = report.to_dict()
    return orjson.dumps({name: content[name] for name in ("status", "drift_score", "model_version", "window", "features")})[:-1]


def whole_answer(shared: bytes, issues: RowIssues) -> bytes:
    """Complete an answer."""
    return b'%b,"quality":%b}' % (shared, orjson.dumps(issues.to_list()))
