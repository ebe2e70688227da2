"""The report as one HTML file that needs nothing else: no network, no script, no font.

It can be attached to a build or mailed; it opens the same in ten years. A policy in its head keeps it from loading anything
even if a feature's name tried to, and every name and category is escaped all the same.
"""

from html import escape
from typing import Final

from sidecar.batch.picture import picture
from sidecar.batch.words import number, oddities, plain, ranked, share, verdict
from sidecar.verdict import FeatureReport, Report

_STYLE: Final = """
:root { color-scheme: light dark; --old: #8a8f98; --new: #1f77b4; --line: #8884 }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line) }
td.number, th.number { text-align: right }
.status { font-weight: 600 }
.critical { color: #d62728 } .warning { color: #b8730a } .ok { color: #2a7d2a }
section { margin: 2rem 0 } svg { width: 100%; font-size: 12px } svg text { fill: currentColor }
.baseline { fill: var(--old) } .batch { fill: var(--new) }
.key::before { content: "\\25a0  " } .key.old::before { color: var(--old) } .key.new::before { color: var(--new) }
""".strip()
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_FIGURES: Final = ("score", "psi", "js", "ks", "wasserstein", "statistic", "p_value", "evidence")


def page(report: Report, source: str) -> str:
    """Return the report as a page."""
    title = f"Drift of {plain(source)}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        _summary(report),
        *(_section(name, report.features[name]) for name in report.alarms),
        _table(report),
        _quality(report),
        "</body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _summary(report: Report) -> str:
    baseline = report.baseline or {"rows": 0, "fingerprint": "none"}
    alarms = f"{len(report.alarms)} of {len(report.features)} features drifted."
    return (
        f'<p><span class="status {report.status.value}">{report.status.value}</span> &middot; {alarms} '
        f"{report.window.rows} rows, against {baseline['rows']} of the baseline "
        f"<code>{str(baseline['fingerprint'])[:16]}</code>; the largest score is {number(report.drift_score)}.</p>"
    )


def _section(name: str, feature: FeatureReport) -> str:
    figures = ", ".join(f"{figure} {number(getattr(feature, figure))}" for figure in _FIGURES if _has(feature, figure))
    return (
        f'<section><h2>{escape(plain(name))} <span class="status {feature.status.value}">{feature.status.value}</span></h2>'
        f"<p>{escape(feature.kind)}, judged by {escape(str(feature.method))}: {escape(figures)}</p>"
        '<p><span class="key old">baseline</span> &nbsp; <span class="key new">this batch</span></p>'
        f"{picture(name, feature)}</section>"
    )


def _has(feature: FeatureReport, figure: str) -> bool:
    return getattr(feature, figure) is not None


def _table(report: Report) -> str:
    if not report.features:
        return ""
    rows = "".join(
        f"<tr><td>{escape(plain(name))}</td><td>{escape(feature.kind)}</td>"
        f'<td class="number">{number(feature.score)}</td><td class="number">{number(feature.thresholds["warning"])}</td>'
        f'<td class="number">{share(feature.missing, feature.rows)}</td>'
        f'<td class="status {feature.status.value}">{escape(verdict(feature))}</td></tr>'
        for name, feature in ranked(report)
    )
    head = (
        '<tr><th>feature</th><th>kind</th><th class="number">score</th><th class="number">threshold</th>'
        '<th class="number">missing</th><th>status</th></tr>'
    )
    return f"<section><h2>All features</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table></section>"


def _quality(report: Report) -> str:
    found = [f"<li>{escape(plain(name))}: {escape(issues)}</li>" for name, issues in oddities(report)]
    if report.window.unknown:
        unknown = share(report.window.unknown, report.window.rows)
        found.append(f"<li>{escape(unknown)} of the rows have columns that the baseline does not have</li>")
    return f"<section><h2>Data quality</h2><p>Shares of all rows.</p><ul>{''.join(found)}</ul></section>" if found else ""
