"""RevOps: how sales go, what is stuck, and which records do not fit together."""

from aoa.domain.agents.agent import Agent, Check
from aoa.domain.agents.sales.accounts import accounts_without_owner, industry_typos, uncovered_accounts
from aoa.domain.agents.sales.deals import pipeline_by_stage, win_rate, won_amount
from aoa.domain.agents.sales.joins import REFERENCES, unknown_names, without_account
from aoa.domain.agents.sales.pace import cycle_time, stalled_deals
from aoa.domain.agents.sales.reps import rep_results

_DEALS = ("opportunity",)

REVOPS = Agent(
    "revops",
    "Reads sales: win rate, pipeline, stalled deals, cycle time, sellers, accounts, and records that do not join.",
    (
        Check("win_rate", _DEALS, win_rate),
        Check("won_amount", _DEALS, won_amount),
        Check("pipeline_by_stage", _DEALS, pipeline_by_stage),
        Check("cycle_time", _DEALS, cycle_time),
        Check("stalled_deals", _DEALS, stalled_deals),
        Check("reps", _DEALS, rep_results),
        Check("accounts_without_owner", ("account",), accounts_without_owner),
        Check("accounts_without_opportunity", ("account", "opportunity"), uncovered_accounts),
        Check("industry_typos", ("account",), industry_typos),
        Check("opportunities_without_account", _DEALS, without_account),
        *(Check(reference.check, reference.views, unknown_names(reference)) for reference in REFERENCES),
    ),
)
