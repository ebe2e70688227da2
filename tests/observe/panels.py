"""Panels of the dashboard: the builders of Grafana's own SDK, furnished alike.

Everything is asked of the datasource that the variable names, and every series is joined to the model whose target it comes
from, so that one choice at the top of the page holds for all panels. Where there is no Kubernetes there are no namespaces and
pods; the variables then stand at All, which matches a label that is missing.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

from grafana_foundation_sdk.builders.bargauge import Panel as BarGauge
from grafana_foundation_sdk.builders.common import GraphThresholdsStyleConfig, StackingConfig, VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as StateTimeline
from grafana_foundation_sdk.builders.statushistory import Panel as StatusHistory
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as TimeSeries
from grafana_foundation_sdk.models.common import (
    GraphDrawStyle,
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
RATE: Final = "$__rate_interval"
TARGET: Final = "job, namespace, pod, instance"
HERE: Final = 'namespace=~"$namespace", pod=~"$pod"'
VERSION: Final = 'model_version=~"$model_version"'
GREY, GREEN, YELLOW, RED = "#808080", "green", "#EAB839", "red"

P = TypeVar("P", BarGauge, Stat, StateTimeline, StatusHistory, Table, TimeSeries)


def of(metric: str, more: str = "", *, rate: str | None = None) -> str:
    """Return the series of `metric` that are chosen, each with its model; with `rate` a function over the rate interval.

    >>> of("drift_window_rows", 'x="1"', rate="rate").split(" * ")[0]
    'rate(drift_window_rows{namespace=~"$namespace", pod=~"$pod", x="1"}[$__rate_interval])'
    """
    selector = f"{metric}{{{', '.join(filter(None, (HERE, more)))}}}"
    series = selector if rate is None else f"{rate}({selector}[{RATE}])"
    return f'{series} * on ({TARGET}) group_left (model) drift_model_info{{model=~"$model"}}'


def by(labels: str, expression: str, how: str = "sum") -> str:
    """Return `expression` aggregated by labels."""
    return f"{how} by ({labels}) ({expression})"


def query(expression: str, legend: str = "", *, now: bool = False) -> Dataquery:
    """Ask for a time series, or for a table of what is now."""
    asked = Dataquery().expr(expression).datasource(DATASOURCE)
    if now:
        return asked.instant().format(PromQueryFormat.TABLE)
    return asked.range().legend_format(legend)


def furnish(panel: P, title: str, why: str, queries: Sequence[Dataquery], *, span: int = 8, height: int = 8) -> P:
    """Give a panel what every panel has: a title, the sentence behind its question mark, queries and a size."""
    panel.title(title).description(why).datasource(DATASOURCE).span(span).height(height)
    for ref, asked in zip("ABCDEF", queries, strict=False):
        panel.with_target(asked.ref_id(ref))
    return panel


def lines(title: str, why: str, *queries: Dataquery, unit: str = "short", span: int = 8) -> TimeSeries:
    """Draw lines from zero upwards, with a legend below."""
    legend = VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    panel = TimeSeries().unit(unit).min(0).line_width(1).fill_opacity(8).show_points(VisibilityMode.NEVER).legend(legend)
    return furnish(panel, title, why, queries, span=span)


def stacked(title: str, why: str, *queries: Dataquery, unit: str = "short", span: int = 8) -> TimeSeries:
    """Draw parts of a whole."""
    stack = StackingConfig().mode(StackingMode.NORMAL).group("A")
    return lines(title, why, *queries, unit=unit, span=span).stacking(stack).draw_style(GraphDrawStyle.LINE).fill_opacity(30)


def dashed(panel: TimeSeries, names: str) -> TimeSeries:
    """Draw the lines that a pattern names as the limits that they are."""
    style = {"fill": "dash", "dash": [8, 8]}
    look = [("custom.lineStyle", style), ("custom.fillOpacity", 0), ("color", {"mode": "fixed", "fixedColor": RED})]
    return panel.override_by_regexp(names, [DynamicConfigValue(id_val=key, value=value) for key, value in look])


def statuses(panel: P) -> P:
    """Say and colour a verdict: grey, green, yellow, red."""
    words = {"-1": ("insufficient", GREY), "0": ("ok", GREEN), "1": ("warning", YELLOW), "2": ("critical", RED)}
    return mapped(panel, words, [(None, GREY), (0, GREEN), (1, YELLOW), (2, RED)])


def mapped(panel: P, words: dict[str, tuple[str, str]], steps: Sequence[tuple[float | None, str]]) -> P:
    """Write words for values, and colour by steps."""
    results = {
        value: ValueMappingResult(text=text, color=color, index=place)
        for place, (value, (text, color)) in enumerate(words.items())
    }
    mapping: ValueMapping = ValueMap(options=results)
    panel.mappings([mapping])
    return coloured(panel, steps)


def coloured(panel: P, steps: Sequence[tuple[float | None, str]]) -> P:
    """Colour a value by the step that it reaches; the first step has no bound."""
    config = ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE)
    panel.thresholds(config.steps([Threshold(value=value, color=color) for value, color in steps]))
    panel.color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
    return panel


def graded(panel: P) -> P:
    """Colour a score from green to red, full red at 1."""
    panel.min(0).max(1).decimals(2)
    panel.color_scheme(FieldColor().mode(FieldColorModeId.CONTINUOUS_GR_YL_RD))
    return panel


def limited(panel: TimeSeries, limit: float) -> TimeSeries:
    """Draw the line at which an alert fires."""
    style = GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
    config = ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE)
    steps = [Threshold(value=None, color="transparent"), Threshold(value=limit, color=RED)]
    return panel.thresholds(config.steps(steps)).thresholds_style(style)
