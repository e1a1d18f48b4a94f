"""Metrics: figures with a name and a definition over the unified views."""

from collections.abc import Sequence
from typing import Any

from aos.resources import Filter
from aos.transport import Transport

__all__ = ["Metrics"]


class Metrics:
    """The semantic layer that questions are answered from."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Any:
        """Return every metric with its definition and dimensions."""
        return self._transport.get("/api/v1/dcl/metrics")["metrics"]

    def query(
        self,
        metric: str,
        *,
        by: Sequence[str] = (),
        filters: Sequence[Filter] = (),
        grain: str = "",
        period: tuple[str, str] | None = None,
        comparison: str = "",
        order: str = "",
        limit: int = 100,
        snapshot: int = 0,
    ) -> Any:
        """Return a metric's rows and totals; values are exact decimals as text.

        `by`: dimensions; `filters`: (dimension, operator, value or values); `period`: first day, and the day after the
        last; `comparison`: previous_period or last_year; `order`: value, change or name, with a leading - down.
        """
        body: dict[str, Any] = {
            "dimensions": list(by),
            "filters": [_filter(item) for item in filters],
            "grain": grain,
            "comparison": comparison,
            "order": order,
            "limit": limit,
            "snapshot": snapshot,
        }
        if period:
            body["period"] = {"from": period[0], "until": period[1]}
        return self._transport.post(f"/api/v1/dcl/metrics/{metric}/query", body)


def _filter(item: Filter) -> dict[str, Any]:
    dimension, op, value = item
    values = [value] if isinstance(value, str) else list(value)
    return {"dimension": dimension, "op": op, "values": values if op not in ("is_null", "not_null") else []}
