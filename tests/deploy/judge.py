"""Run by the interpreter of .tools/charts: renders the chart and judges what came out; JSON on standard output.

`judge.py render VALUES…`: {file: {"manifests": […], "notes": …} or {"refused": …}}; `judge.py validate MINOR FILE…`:
what the API of that Kubernetes would refuse, strictly.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).resolve().parents[2] / "charts" / "autonomos"


def render(values: dict[str, Any]) -> dict[str, Any]:
    """The manifests for one set of values, or why they were refused."""
    import helm_python  # type: ignore[import-not-found]  # of .tools/charts alone

    chart = helm_python.Chart.load(CHART)
    try:
        chart.validate_schema(values)
        rendered = chart.render(values, name="aos", namespace="autonomos")
    except helm_python.HelmError as refusal:
        return {"refused": str(refusal)}
    notes = rendered.pop("autonomos/templates/NOTES.txt")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts = (yaml.load_all(text, Loader=loader) for text in rendered.values())
    return {"manifests": [one for several in texts for one in several if one], "notes": notes}


def validate(minor: str, files: list[str]) -> list[str]:
    """What that Kubernetes would refuse."""
    import kubernetes_validate  # type: ignore[import-not-found]  # of .tools/charts alone

    refused = []
    for file in files:
        for one in json.loads(Path(file).read_text()):
            try:
                kubernetes_validate.validate(one, minor, strict=True)
            except kubernetes_validate.ValidationError as error:
                refused.append(f"{one['kind']} {one['metadata']['name']}: {error.message}")
    return refused


def main() -> None:
    """Do what the command line says."""
    verb, *rest = sys.argv[1:]
    if verb == "render":
        print(json.dumps([render(values) for values in json.load(sys.stdin)]))
    else:
        print(json.dumps({minor: validate(minor, rest[1:]) for minor in rest[0].split(",")}))


if __name__ == "__main__":
    main()
