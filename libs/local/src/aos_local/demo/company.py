"""A seeded example company: the same seed gives the same rows, to the digit.

Its sources are as untidy as real ones, on purpose: deals without an account, a product that the price list spells
otherwise, an export in a legacy encoding with typing errors, repeated ids and dates that do not exist, untagged cloud
spend and one price that is out of line.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from aos_local.demo import words

Row = dict[str, Any]
CENT = Decimal("0.01")
LAST_DAY = date(2026, 10, 31)
BILL_DAYS = 61


@dataclass
class Company:
    """The company's tables; each is a list of rows in source columns."""

    companies: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    price_list: list[Row] = field(default_factory=list)
    sales_reps: list[Row] = field(default_factory=list)
    deals: list[Row] = field(default_factory=list)
    usage: list[Row] = field(default_factory=list)
    bill: list[Row] = field(default_factory=list)
    partner_export: list[Row] = field(default_factory=list)


def make_company(seed: int = 7, *, companies: int = 120, deals: int = 1500) -> Company:
    """Make the example company."""
    rng = random.Random(seed)  # noqa: S311  example data, not secrets
    made = Company()
    _add_companies(made, rng, companies)
    _add_sales(made, rng)
    _add_deals(made, rng, deals)
    _add_usage(made, rng)
    _add_bill(made, rng)
    _add_partner_export(made, rng)
    return made


def _add_companies(made: Company, rng: random.Random, count: int) -> None:
    names = [f"{head} {tail}" for head in words.COMPANY_HEAD for tail in words.COMPANY_TAIL]
    for number, name in enumerate(rng.sample(names, count), 1):
        place = rng.randrange(len(words.CITIES))
        changed = _moment(rng)
        made.companies.append(
            {
                "company_id": f"C{number:04}",
                "company_name": f"{name} {rng.choice(words.COMPANY_FORM)}",
                "sector": rng.choice(words.SECTORS),
                "annual_revenue": Decimal(rng.randrange(200_000, 90_000_000)) * CENT * 100,
                "employee_count": rng.randrange(5, 8000),
                "city": words.CITIES[place],
                "country": words.COUNTRIES[place],
                "account_owner": None if rng.random() < 0.08 else f"{rng.choice(words.FIRST)} {rng.choice(words.LAST)}",
                "updated_at": changed,
            }
        )
        for _ in range(rng.randrange(1, 5)):
            _add_person(made, rng, number, name)


def _add_person(made: Company, rng: random.Random, number: int, company: str) -> None:
    first, last = rng.choice(words.FIRST), rng.choice(words.LAST)
    serial = len(made.people) + 1
    domain = company.lower().replace(" ", "-")
    made.people.append(
        {
            "person_id": f"P{serial:05}",
            "company_id": f"C{number:04}",
            "first_name": first,
            "last_name": last,
            "email": f"person{serial}@{domain}.example",
            "phone": f"+46 70 {rng.randrange(100, 999)} {rng.randrange(10, 99)} {rng.randrange(10, 99)}",
            "job_title": rng.choice(("Head of IT", "Buyer", "CFO", "Plant Manager", "Data Engineer")),
            "updated_at": _moment(rng),
        }
    )


def _add_sales(made: Company, rng: random.Random) -> None:
    for series in words.PRODUCTS:
        for step, edition in enumerate(words.EDITIONS, 1):
            price = Decimal(rng.randrange(40, 900)) * step + Decimal("0.90")
            made.price_list.append({"product": f"{series} {edition}", "series": series, "list_price": price})
    pairs = rng.sample([(first, last) for first in words.FIRST for last in words.LAST], 24)
    for index, (first, last) in enumerate(pairs):
        manager = " ".join(pairs[index // 8])
        region = words.REGIONS[index // 8]
        made.sales_reps.append({"sales_rep": f"{first} {last}", "manager": manager, "region": region})


def _add_deals(made: Company, rng: random.Random, count: int) -> None:
    for number in range(1, count + 1):
        opened = LAST_DAY - timedelta(days=rng.randrange(20, 420))
        stage = rng.choices(("Won", "Lost", "Engaging", "Prospecting"), (48, 28, 18, 6))[0]
        product = rng.choice(made.price_list)
        closed = min(opened + timedelta(days=rng.randrange(8, 140)), LAST_DAY) if stage in ("Won", "Lost") else None
        value = (product["list_price"] * rng.randrange(1, 40) * Decimal(rng.randrange(80, 101)) / 100).quantize(
            CENT, ROUND_HALF_EVEN
        )
        company = None if stage in ("Engaging", "Prospecting") and rng.random() < 0.4 else rng.choice(made.companies)
        made.deals.append(
            {
                "deal_id": f"D{number:05}",
                "company_name": company["company_name"] if company else None,
                "product": product["product"].replace("Pulse Pro", "PulsePro"),
                "sales_rep": rng.choice(made.sales_reps)["sales_rep"],
                "deal_stage": stage,
                "deal_value": Decimal(0) if stage == "Lost" else value,
                "engage_date": opened,
                "close_date": closed,
                "updated_at": _moment(rng),
            }
        )


def _add_usage(made: Company, rng: random.Random) -> None:
    for company in made.companies:
        seen = rng.choice((0, 0, 1, 2, 5, 9, 40))
        made.usage.append(
            {
                "account_id": company["company_id"],
                "account_name": company["company_name"],
                "measured_on": LAST_DAY,
                "last_login_days": seen,
                "active_users": rng.randrange(1, 60) if seen < 30 else 0,
                "avg_session_duration": Decimal(rng.randrange(100, 4000)) / 100,
                "features_used": rng.randrange(1, 30),
            }
        )


def _add_bill(made: Company, rng: random.Random) -> None:
    first = LAST_DAY - timedelta(days=BILL_DAYS - 1)
    for offset in range(BILL_DAYS):
        day = first + timedelta(days=offset)
        for service in words.SERVICES:
            for team in words.TEAMS:
                for region in rng.sample(words.CLOUD_REGIONS, 2):
                    made.bill.append(_bill_row(rng, day, service, team, region))
    # One team was billed three times the price for a day.
    odd = next(row for row in reversed(made.bill) if row["ServiceName"] == "Managed Database")
    for column in ("ListUnitPrice", "ListCost", "BilledCost", "EffectiveCost"):
        odd[column] = odd[column] * 3


def _bill_row(rng: random.Random, day: date, service: tuple[str, ...], team: str, region: tuple[str, str]) -> Row:
    name, category, sku, unit, price_text = service
    price = Decimal(price_text)
    growth = Decimal("1.9") if (name, day.month) == ("Model Inference", 10) else Decimal(1)
    quantity = (Decimal(rng.randrange(1000, 90_000)) / 100 * growth).quantize(CENT)
    listed = price * quantity
    committed = name == "Compute Engine" and rng.random() < 0.4
    effective = listed * (Decimal("0.62") if committed else Decimal(1))
    tagged = rng.random() > 0.15
    return {
        "BilledCost": Decimal(0) if committed else listed,
        "EffectiveCost": effective,
        "ListCost": listed,
        "ListUnitPrice": price,
        "BillingAccountId": "7001",
        "BillingAccountName": "Example Ltd",
        "BillingCurrency": "USD",
        "BillingPeriodStart": _stamp(day.replace(day=1)),
        "BillingPeriodEnd": _stamp((day.replace(day=28) + timedelta(days=4)).replace(day=1)),
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": _stamp(day),
        "ChargePeriodEnd": _stamp(day + timedelta(days=1)),
        "CommitmentDiscountId": "commit-compute-1y" if committed else None,
        "CommitmentDiscountStatus": "Used" if committed else None,
        "ConsumedQuantity": quantity,
        "ConsumedUnit": unit,
        "PricingCategory": "Committed" if committed else "Standard",
        "PricingQuantity": quantity,
        "PricingUnit": unit,
        "ProviderName": "Cloud One",
        "RegionId": region[0],
        "RegionName": region[1],
        "ResourceId": f"{sku}/{team}/{region[0]}",
        "ServiceCategory": category,
        "ServiceName": name,
        "SkuId": sku,
        "SubAccountId": f"sub-{team}",
        "SubAccountName": f"{team.title()} team",
        "Tags": json.dumps({"team": team, "env": rng.choice(("prod", "test"))}) if tagged else None,
    }


def _add_partner_export(made: Company, rng: random.Random) -> None:
    """A partner's list of some of the same companies: their typing errors, ids given twice, dates that never were."""
    for number, company in enumerate(rng.sample(made.companies, 60), 1):
        name = company["company_name"]
        if rng.random() < 0.15:
            cut = rng.randrange(1, len(name) - 3)
            name = name[:cut] + name[cut + 1] + name[cut] + name[cut + 2 :]
        made.partner_export.append(
            {
                "Customer No": f"K-{number:03}",
                "Customer": name.upper() if rng.random() < 0.2 else name,
                "Industry": company["sector"].replace("software", "sofware")
                if rng.random() < 0.3
                else company["sector"],
                "Turnover": f"{company['annual_revenue']:,.2f}",
                "Town": company["city"],
                "Country": company["country"],
                "Customer since": (LAST_DAY - timedelta(days=rng.randrange(100, 2000))).strftime("%d.%m.%Y"),
            }
        )
    made.partner_export[10]["Customer since"] = "31.02.2024"
    made.partner_export[20]["Turnover"] = "about 4 million"
    made.partner_export += [dict(made.partner_export[index]) for index in (3, 33)]


def _moment(rng: random.Random) -> datetime:
    day = LAST_DAY - timedelta(days=rng.randrange(0, 400))
    return datetime(day.year, day.month, day.day, rng.randrange(24), rng.randrange(60), tzinfo=UTC)


def _stamp(day: date) -> str:
    return f"{day.isoformat()} 00:00:00"
