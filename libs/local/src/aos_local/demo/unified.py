"""The example company as its unified views have it: what the mappings of its sources make of their rows.

For tests and benchmarks that fill a lake without the journey through connections; `RENAMED` says the same as the
mappings that DCL proposes for these sources by itself.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from aos_local.demo.company import Company, Row

RENAMED: dict[str, dict[str, str]] = {
    "account": {
        "company_id": "account_id",
        "company_name": "account_name",
        "sector": "industry",
        "annual_revenue": "revenue",
        "employee_count": "employees",
        "city": "city",
        "country": "office_location",
        "account_owner": "owner_name",
        "updated_at": "updated_at",
    },
    "contact": {
        "person_id": "contact_id",
        "company_id": "account_id",
        "first_name": "first_name",
        "last_name": "last_name",
        "email": "email",
        "phone": "phone",
        "job_title": "job_title",
        "updated_at": "updated_at",
    },
    "product": {"product": "product_name", "series": "series", "list_price": "list_price"},
    "sales_rep": {"sales_rep": "rep_name", "manager": "manager_name", "region": "region"},
    "opportunity": {
        "deal_id": "opportunity_id",
        "company_name": "account_name",
        "product": "product_name",
        "sales_rep": "owner_name",
        "deal_stage": "stage",
        "deal_value": "amount",
        "engage_date": "engage_date",
        "close_date": "close_date",
        "updated_at": "updated_at",
    },
}
"""By entity: column of the source → attribute. Usage and the bill have the attributes' names already."""


def unified(company: Company) -> dict[str, list[Row]]:
    """Return the rows of each entity, with the attributes' names; stages in the ontology's spelling."""
    tables = {
        "account": company.companies,
        "contact": company.people,
        "product": company.price_list,
        "sales_rep": company.sales_reps,
        "opportunity": [{**deal, "deal_stage": deal["deal_stage"].lower()} for deal in company.deals],
        "usage": company.usage,
        "cloud_cost": company.bill,
    }
    return {entity: [_renamed(entity, row) for row in rows] for entity, rows in tables.items()}


def _renamed(entity: str, row: Mapping[str, Any]) -> Row:
    names = RENAMED.get(entity)
    return {names[name]: value for name, value in row.items()} if names else dict(row)


def write_canonical(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as a canonical batch: each is its own record; values are text that the lake reads with its types."""
    listed = [
        {"_key": str(number), "_version": 1, "_extras": None, **{name: _text(value) for name, value in row.items()}}
        for number, row in enumerate(rows)
    ]
    names = dict.fromkeys(name for row in listed for name in row)
    schema = pa.schema([(name, pa.int64() if name == "_version" else pa.string()) for name in names])
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(listed, schema=schema), path)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
