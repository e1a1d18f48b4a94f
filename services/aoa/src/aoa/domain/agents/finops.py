"""FinOps: what the cloud costs, who causes it, and where money is lost."""

from functools import partial

from aoa.domain.agents.agent import Agent, Check
from aoa.domain.agents.cost.ledger import VIEW, per_currency
from aoa.domain.agents.cost.rates import commitment_coverage, unit_price_outliers, unused_commitment
from aoa.domain.agents.cost.shares import cost_by, cost_by_tag, totals, untagged_spend
from aoa.domain.agents.cost.trend import top_movers

_NEEDS = (VIEW,)

FINOPS = Agent(
    "finops",
    "Reads the cloud bill: totals, cost by service, region, account and tag, movers, commitments, prices.",
    (
        Check("total_cost", _NEEDS, per_currency(totals)),
        Check("cost_by_service", _NEEDS, per_currency(partial(cost_by, "service", ("ServiceName",)))),
        Check("cost_by_region", _NEEDS, per_currency(partial(cost_by, "region", ("RegionName", "RegionId")))),
        Check("cost_by_account", _NEEDS, per_currency(partial(cost_by, "account", ("SubAccountName", "SubAccountId")))),
        Check("cost_by_tag", _NEEDS, per_currency(cost_by_tag)),
        Check("untagged_spend", _NEEDS, per_currency(untagged_spend)),
        Check("top_movers", _NEEDS, per_currency(top_movers)),
        Check("commitment_coverage", _NEEDS, per_currency(commitment_coverage)),
        Check("unused_commitment", _NEEDS, per_currency(unused_commitment)),
        Check("unit_price_outliers", _NEEDS, per_currency(unit_price_outliers)),
    ),
)
