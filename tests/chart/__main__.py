"""Write what is made from the chart's values and templates: its schema, its README, and the plain manifest in examples/."""

from tests.chart import example, values_schema, values_table
from tests.chart.values_file import CHART


def main() -> None:
    """Write each of them anew."""
    (CHART / "values.schema.json").write_text(values_schema.written(), encoding="utf-8")
    readme = values_table.README.read_text(encoding="utf-8")
    values_table.README.write_text(values_table.written(readme), encoding="utf-8")
    example.FILE.write_text(example.written(), encoding="utf-8")


if __name__ == "__main__":
    main()
