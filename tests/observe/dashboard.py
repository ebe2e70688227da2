"""The Grafana dashboard that is shipped: ``python -m tests.observe.dashboard`` writes it anew.

It is built with types and builders that Grafana generates from its own schemas, so that what is written is what it reads. It
asks for what the sidecar exports and for nothing else: no recording rule need be loaded for it.
"""

from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard, DatasourceVariable, QueryVariable, Row
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, VariableOption, VariableRefresh, VariableSort

from tests.observe import contents
from tests.observe.panels import DATASOURCE

FILE = Path(__file__).resolve().parents[2] / "charts" / "drift-sidecar" / "files" / "dashboard.json"
VARIABLES = {
    "namespace": "label_values(drift_model_info, namespace)",
    "model": 'label_values(drift_model_info{namespace=~"$namespace"}, model)',
    "pod": 'label_values(drift_model_info{namespace=~"$namespace", model=~"$model"}, pod)',
    "model_version": 'label_values(drift_status{namespace=~"$namespace", pod=~"$pod"}, model_version)',
}
ROWS = {
    "Verdict": contents.verdict,
    "Features": contents.scores,
    "Evidence: what the verdict rests on": contents.evidence,
    "Quality of the data": contents.quality,
    "The model, as its clients see it": contents.model,
    "The sidecar": contents.sidecar,
}


def build() -> str:
    """Return the dashboard as JSON."""
    dashboard = (
        Dashboard("Model data drift")
        .uid("drift-sidecar")
        .description(
            "What the sidecars see of the models' data: drift by feature, evidence, quality, and how they are themselves."
        )
        .tags(["drift-sidecar", "models"])
        .timezone("browser")
        .time("now-6h", "now")
        .refresh("30s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .annotation(_alerts())
    )
    for name, asked in VARIABLES.items():
        dashboard.with_variable(_variable(name, asked))
    number = 0
    for title, panels in ROWS.items():
        number += 1
        dashboard.with_row(Row(title).id(number))
        for panel in panels():
            number += 1
            built = panel.build()
            built.id_val = number
            dashboard.with_panel(panel)
    return JSONEncoder(sort_keys=True, indent=1).encode(dashboard.build()) + "\n"


def _variable(name: str, asked: str) -> QueryVariable:
    """Return a choice of label values; All matches a label that is missing, too."""
    everything = VariableOption(selected=True, text="All", value="$__all")
    return (
        QueryVariable(name)
        .label(name.replace("_", " ").capitalize())
        .query({"query": asked, "refId": name})
        .datasource(DATASOURCE)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(everything)
    )


def _alerts() -> AnnotationQuery:
    """Mark when an alert about a model fires, where the rules are loaded."""
    firing = 'ALERTS{alertname=~"Drift.+", alertstate="firing", namespace=~"$namespace", model=~"$model"}'
    return AnnotationQuery().name("Alerts").datasource(DATASOURCE).enable(True).icon_color("red").expr(firing)


def main() -> None:
    """Write the file."""
    FILE.write_text(build(), encoding="utf-8")


if __name__ == "__main__":
    main()
