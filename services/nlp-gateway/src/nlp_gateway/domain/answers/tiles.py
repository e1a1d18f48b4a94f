"""What each persona sees at a glance: tiles from metrics and from the platform, or what to connect for them.

The names are those of the personas' dashboards; a tile that nothing can fill says so, and never shows a number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from nlp_gateway.domain.questions.calendar import month_start
from nlp_gateway.domain.questions.model import Period

PREVIOUS, EXPLICIT = "previous_period", "explicit"


@dataclass(frozen=True)
class Spot:
    """A tile's definition: a metric over a period, a count of the platform, or what is missing (`connect`)."""

    name: str
    title: str
    metric: str = ""
    when: Callable[[date], tuple[Period | None, Period | None]] = lambda _: (None, None)
    count: str = ""
    connect: str = ""


@dataclass(frozen=True)
class Tile:
    """A tile: its value exact and as shown, how it changed, which citation opens it; or why it is empty."""

    name: str
    title: str
    value: str = ""
    display: str = ""
    unit: str = ""
    period: str = ""
    change: str = ""
    citation: int = 0
    missing: str = ""


def last_month(today: date) -> tuple[Period, Period]:
    """Return the last whole month, and the one before."""
    start = month_start(today, -1)
    return Period(start, month_start(today)), Period(month_start(today, -2), start)


def month_to_date(today: date) -> tuple[Period, Period]:
    """Return this month so far, and as many days of the last."""
    start, before = month_start(today), month_start(today, -1)
    until = today + timedelta(days=1)
    return Period(start, until), Period(before, min(before + (until - start), start))


def days_back(days: int) -> Callable[[date], tuple[Period, Period]]:
    """Return a period of that many days up to today, and as many before."""

    def period(today: date) -> tuple[Period, Period]:
        start = today - timedelta(days=days)
        return Period(start, today), Period(start - timedelta(days=days), start)

    return period


def days_ahead(days: int) -> Callable[[date], tuple[Period, None]]:
    """Return that many days from today on."""
    return lambda today: (Period(today, today + timedelta(days=days)), None)


_LEDGER = "an accounting system (ERP)"
TILES: dict[str, tuple[Spot, ...]] = {
    "coo": (
        Spot("cloud_spend", "Cloud spend, last month", "effective_cost", last_month),
        Spot("variance_mtd", "Cloud spend, month to date", "effective_cost", month_to_date),
        Spot("untagged_share", "Untagged share of cloud cost, last month", "untagged_share", last_month),
        Spot("vendors_over_threshold", "Vendors over their budget", connect="budgets of vendors (procurement)"),
        Spot("renewals_30d", "Renewals in the next 30 days", "renewals", days_ahead(30)),
    ),
    "cfo": (
        Spot("revenue_mtd", "Bookings, month to date", "bookings", month_to_date),
        Spot("bookings_last_month", "Bookings, last month", "bookings", last_month),
        Spot("cloud_spend", "Cloud spend, last month", "effective_cost", last_month),
        Spot("gross_margin_pct", "Gross margin", connect=_LEDGER),
        Spot("cash_balance", "Cash balance", connect="a bank or an accounting system (ERP)"),
        Spot("burn_rate", "Burn rate", connect=_LEDGER),
        Spot("runway_months", "Runway", connect=_LEDGER),
        Spot("dso_dpo", "DSO and DPO", connect=_LEDGER),
    ),
    "cro": (
        Spot("pipeline_value", "Pipeline", "pipeline_value"),
        Spot("forecast_commit", "Committed pipeline", "committed_pipeline"),
        Spot("win_rate", "Win rate, last month", "win_rate", last_month),
        Spot("new_opps_7d", "New opportunities, last 7 days", "new_opportunities", days_back(7)),
        Spot("unlinked_deals", "Deals without an account", "unlinked_deals"),
        Spot("quota_attainment", "Quota attainment", connect="sellers' quotas (the CRM's users or its forecasts)"),
    ),
    "cto": (
        Spot("connectors_healthy", "Active connections", count="active"),
        Spot("drift_open", "Connections that heal from drift", count="healing"),
        Spot("discovery_apps", "Discovered assets", count="assets"),
        Spot("agents_running", "Runs going on", count="running"),
        Spot("incidents_open", "Open incidents", connect="an incident or ticket system"),
    ),
}
