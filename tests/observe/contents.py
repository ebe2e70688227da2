"""What the dashboard shows, row by row: the verdict, why, on how much evidence, and how model and sidecar are.

The way down the page is the way of a question: is anything wrong, which feature, since when, can the answer be trusted, is it
form rather than drift, and does the machinery run.
"""

from grafana_foundation_sdk.builders.bargauge import Panel as BarGauge
from grafana_foundation_sdk.builders.common import ReduceDataOptions
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as StateTimeline
from grafana_foundation_sdk.builders.statushistory import Panel as StatusHistory
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue, Panel

from tests.observe.panels import (
    GREEN,
    GREY,
    RED,
    VERSION,
    YELLOW,
    by,
    coloured,
    dashed,
    furnish,
    graded,
    limited,
    lines,
    mapped,
    of,
    query,
    stacked,
    statuses,
)

Panels = list[Builder[Panel]]
MODEL = "namespace, model"
OF_VERSION = f"{MODEL}, model_version"
OF_FEATURE = f"{OF_VERSION}, feature"
STATUS = by(OF_VERSION, of("drift_status", VERSION), "max")
SCORE = by(OF_FEATURE, of("drift_score", VERSION), "max")
FEATURE_STATUS = by(OF_FEATURE, of("drift_feature_status", VERSION), "max")
NAMED_VERSION, NAMED_FEATURE = "{{model}} {{model_version}}", "{{feature}} ({{model}} {{model_version}})"


def verdict() -> Panels:
    """Whether anything is wrong."""
    return [
        _count("Critical", "Model versions whose data has drifted critically, in any replica.", f"{STATUS} == 2", RED),
        _count("Warning", "Model versions whose data is drifting.", f"{STATUS} == 1", YELLOW),
        _count(
            "Insufficient", "Model versions with too few rows for a verdict, or without a baseline.", f"{STATUS} == -1", GREY
        ),
        _count("Ok", "Model versions whose data is like their training data.", f"{STATUS} == 0", GREEN),
        statuses(
            furnish(
                StateTimeline().show_value(VisibilityMode.AUTO).row_height(0.8).merge_values(True),
                "Verdict by model and version",
                "The worst replica of each version. Grey: too little to say.",
                [query(STATUS, NAMED_VERSION)],
                span=16,
            )
        ),
    ]


def _count(title: str, why: str, expression: str, color: str) -> Stat:
    reduced = ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields("")
    panel = Stat().color_mode(BigValueColorMode.BACKGROUND).graph_mode(BigValueGraphMode.NONE).reduce_options(reduced)
    furnish(panel, title, why, [query(f"count({expression}) or vector(0)")], span=2)
    return coloured(panel, [(None, GREY), (1, color)])


def scores() -> Panels:
    """Which features, and since when."""
    reduced = ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields("")
    bars = BarGauge().orientation(VizOrientation.HORIZONTAL).display_mode(BarGaugeDisplayMode.GRADIENT).reduce_options(reduced)
    threshold = by("severity", of("drift_threshold"), "min")
    return [
        graded(
            furnish(
                bars,
                "Highest scores now",
                "The ten features that are farthest from the baseline, in the worst replica.",
                [query(f"sort_desc(topk(10, {SCORE} >= 0))", NAMED_FEATURE).instant()],
            )
        ),
        dashed(
            lines(
                "Highest scores",
                "The same over time, with the thresholds in force, the lowest of the models; features may have their own.",
                query(f"topk(10, {SCORE} >= 0)", NAMED_FEATURE),
                query(threshold, "threshold {{severity}}"),
                span=16,
            ),
            "/^threshold /",
        ),
        graded(
            furnish(
                StatusHistory().show_value(VisibilityMode.NEVER).row_height(0.9),
                "Heat map of scores",
                "Every feature of the chosen versions over time: a shift of one feature is a line, a broken client a column.",
                [query(f"{SCORE} >= 0", "{{feature}} {{model_version}}")],
                span=16,
                height=10,
            ).max_data_points(100)
        ),
        _in_alarm(),
    ]


def _in_alarm() -> Table:
    panel = furnish(
        Table(),
        "Features in alarm",
        "Features that are in warning or critical now, with score and verdict; empty where all is well.",
        [query(f"{SCORE} and {FEATURE_STATUS} > 0", now=True), query(f"{FEATURE_STATUS} > 0", now=True)],
        height=10,
    )
    names = {"Value #A": "score", "Value #B": "verdict", "model_version": "version"}
    shown = {"excludeByName": {"Time": True}, "indexByName": {}, "renameByName": names}
    panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    panel.with_transformation(DataTransformerConfig(id_val="organize", options=shown))
    panel.override_by_name("score", [DynamicConfigValue(id_val="decimals", value=3)])
    return statuses(panel)


def evidence() -> Panels:
    """Whether the answer can be trusted."""
    return [
        dashed(
            lines(
                "Rows in the window",
                "Rows that the verdict rests on, in the replica that has the fewest, and how many a window is to hold.",
                query(by(OF_VERSION, of("drift_window_rows", VERSION), "min"), NAMED_VERSION),
                query(by(MODEL, of("drift_window_target_rows"), "max"), "target {{model}}"),
            ),
            "/^target /",
        ),
        stacked(
            "Rows counted",
            "Rows a second, from copied traffic (tap) and from calls of the monitor API (direct).",
            query(by(f"{MODEL}, source", of("drift_rows_total", rate="rate")), "{{model}} {{source}}"),
            unit="rowsps",
        ),
        limited(
            lines(
                "Sampled share",
                "Share of the exchanges that is copied to the engine to stay within its CPU, in the least replica.",
                query(by(MODEL, of("drift_tap_sampled_share"), "min"), "{{model}}"),
                unit="percentunit",
            ).max(1),
            0.01,
        ),
        stacked(
            "Exchanges not read, by reason",
            "Relayed all the same. sampled_out is even sampling, overflow and engine_down are losses, the rest was unreadable.",
            query(by("reason", of("drift_tap_dropped_total", rate="rate")) + " > 0", "{{reason}}"),
            unit="reqps",
            span=12,
        ),
        lines(
            "Exchanges, and those read",
            "decoded became rows. unwatched may have carried rows on a path that tap.paths does not name.",
            query(by(MODEL, of("drift_relay_exchanges_total", rate="rate")), "{{model}} relayed"),
            query(by(MODEL, of("drift_tap_decoded_total", rate="rate")), "{{model}} decoded"),
            query(by(MODEL, of("drift_tap_unwatched_total", rate="rate")), "{{model}} unwatched"),
            unit="reqps",
            span=12,
        ),
    ]


def quality() -> Panels:
    """Whether it is form rather than drift."""
    rows = by(MODEL, of("drift_rows_total", rate="rate"))
    odd = by(f"{MODEL}, feature, issue", of("drift_quality_total", rate="rate"))
    share = f"{odd} / on ({MODEL}) group_left () ({rows} > 0)"
    return [
        limited(
            lines(
                "Share of rows with an issue, by feature",
                "The ten largest. Wrong types, infinities, unknown features and categories, and absent features alert.",
                query(f"topk(10, {share})", "{{feature}} {{issue}} ({{model}})"),
                unit="percentunit",
                span=12,
            ),
            0.05,
        ),
        stacked(
            "Issues a second, by kind",
            "Values that are odd and counted all the same.",
            query(by("issue", of("drift_quality_total", rate="rate")), "{{issue}}"),
            unit="cps",
            span=12,
        ),
    ]


def model() -> Panels:
    """How the model does."""
    buckets = by("le", of("drift_model_latency_seconds_bucket", rate="rate"))
    requests = of("drift_model_requests_total", rate="rate")
    errors = by(MODEL, of("drift_model_requests_total", 'status_class="5xx"', rate="rate"))
    return [
        stacked(
            "Requests by class of status",
            "Exchanges with the model that the tap saw; where it samples, divide by the sampled share.",
            query(by("status_class", requests), "{{status_class}}"),
            unit="reqps",
        ),
        lines(
            "Latency",
            "From the first byte of a request to the last byte of its answer, as the tap saw it.",
            *(
                query(f"histogram_quantile({share}, {buckets})", name)
                for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
            ),
            unit="s",
        ),
        lines(
            "Share of errors",
            "Answers of class 5xx, of all that the tap saw.",
            query(f"{errors} / ({by(MODEL, requests)} > 0)", "{{model}}"),
            unit="percentunit",
        ),
    ]


def sidecar() -> Panels:
    """Whether the machinery runs."""
    degraded = mapped(
        furnish(
            StateTimeline().show_value(VisibilityMode.NEVER).row_height(0.8),
            "What degrades it",
            "Red while something keeps a sidecar from its work; the reasons are those of /monitor/health.",
            [query(by(f"{MODEL}, reason", of("drift_degraded"), "max"), "{{model}} {{reason}}")],
        ),
        {"0": ("no", GREEN), "1": ("yes", RED)},
        [(None, GREEN), (1, RED)],
    )
    changes = query(by("severity", of("drift_alerts_total", rate="increase")), "{{severity}}")
    messages = query(by("outcome", of("drift_alert_messages_total", rate="increase")), "{{outcome}}")
    return [
        degraded,
        *_relay(),
        *_engine(),
        stacked("Changes of verdict", "By the status that was reached.", changes),
        stacked("Webhook", "Messages, by what became of them.", messages),
        _what_runs(),
    ]


def _relay() -> Panels:
    return [
        lines(
            "Connections",
            "Clients' connections that are open, and those that are being copied.",
            query(by(MODEL, of("drift_relay_connections")), "{{model}} open"),
            query(by(MODEL, of("drift_relay_tapped_connections")), "{{model}} copied"),
        ),
        lines(
            "Connections that failed",
            "Refused: the model could not be reached. Reset: one side broke off. Pauses: no file descriptors were left.",
            query(by(MODEL, of("drift_relay_refused_connections_total", rate="rate")), "{{model}} refused"),
            query(by(MODEL, of("drift_relay_reset_connections_total", rate="rate")), "{{model}} reset"),
            query(by(MODEL, of("drift_relay_accept_pauses_total", rate="rate")), "{{model}} pauses"),
            unit="cps",
        ),
        lines(
            "Bytes relayed",
            "Up to the model, down to clients.",
            query(by(f"{MODEL}, direction", of("drift_relay_bytes_total", rate="rate")), "{{model}} {{direction}}"),
            unit="Bps",
        ),
    ]


def _engine() -> Panels:
    return [
        lines(
            "CPU of the engine",
            "Cores, in the busiest replica; the tap's share is bounded by tap.cpu.",
            query(by(MODEL, of("drift_engine_cpu_seconds_total", rate="rate"), "max"), "{{model}}"),
        ),
        lines(
            "Memory",
            "Of the largest replica, and what waits for the engine.",
            query(by(MODEL, of("drift_engine_resident_memory_bytes"), "max"), "{{model}} engine"),
            query(by(MODEL, of("drift_relay_resident_memory_bytes"), "max"), "{{model}} relay"),
            query(by(MODEL, of("drift_relay_pending_bytes"), "max"), "{{model}} waiting"),
            unit="bytes",
        ),
        lines(
            "Engines started again",
            "Each time the window begins anew.",
            query(by(f"{MODEL}, pod", of("drift_relay_engine_restarts_total", rate="increase")), "{{model}} {{pod}}"),
        ),
    ]


def _what_runs() -> Table:
    panel = furnish(
        Table(),
        "What runs",
        "Version of the sidecar and fingerprint of the baseline, by replica; replicas of one version should agree.",
        [query(of("drift_build_info"), now=True), query(of("drift_baseline_info"), now=True)],
    )
    hidden = dict.fromkeys(("Time", "Value #A", "Value #B", "__name__", "container", "endpoint", "job", "prometheus"), True)
    panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    panel.with_transformation(
        DataTransformerConfig(id_val="organize", options={"excludeByName": hidden, "indexByName": {}, "renameByName": {}})
    )
    return panel
