"""Puts the example company where companies keep their data: a CRM database, and a folder of exports."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

from aos_local.demo.company import Company, Row
from aos_local.provision import in_database, with_login

DATABASE = "example_crm"
READER = "example_crm_reader"

TABLES: dict[str, tuple[str, str, str]] = {
    "companies": (
        "company_id text PRIMARY KEY, company_name text NOT NULL, sector text, annual_revenue numeric(14,2), "
        "employee_count integer, city text, country text, account_owner text, updated_at timestamptz NOT NULL",
        "Companies we sell to",
        "companies",
    ),
    "people": (
        "person_id text PRIMARY KEY, company_id text REFERENCES companies, first_name text, last_name text, "
        "email text, phone text, job_title text, updated_at timestamptz NOT NULL",
        "People at these companies",
        "people",
    ),
    "price_list": ("product text PRIMARY KEY, series text, list_price numeric(12,2)", "What we sell", "price_list"),
    "sales_reps": ("sales_rep text PRIMARY KEY, manager text, region text", "Who sells it", "sales_reps"),
    "deals": (
        "deal_id text PRIMARY KEY, company_name text, product text, sales_rep text, deal_stage text, "
        "deal_value numeric(14,2), engage_date date, close_date date, updated_at timestamptz NOT NULL",
        "Sales opportunities",
        "deals",
    ),
}


@dataclass(frozen=True)
class ExampleSources:
    """Where the example company's data is."""

    crm_url: str
    folder: Path


def place(company: Company, admin_url: str, password: str, folder: Path) -> ExampleSources:
    """Write the company into its source database and folder, replacing what an earlier demo put there."""
    export(company, folder)
    return ExampleSources(install(company, admin_url, password), folder)


def install(company: Company, admin_url: str, password: str) -> str:
    """Write the company's CRM into a database of its own; return its URL for who reads it."""
    crm_url = _make_database(admin_url, password)
    with psycopg.connect(in_database(admin_url, DATABASE)) as connection:
        for table, (columns, comment, attribute) in TABLES.items():
            _fill(connection, table, columns, comment, getattr(company, attribute))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(sql.Identifier(READER)))
    return crm_url


def export(company: Company, folder: Path) -> None:
    """Write the company's exports into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(company.usage), folder / "product_usage.parquet")
    _write_csv(folder / "cloud_bill.csv", company.bill, "utf-8")
    _write_csv(folder / "partner_customers.csv", company.partner_export, "cp1252")


def _make_database(admin_url: str, password: str) -> str:
    with psycopg.connect(admin_url, autocommit=True) as server:
        database, reader = sql.Identifier(DATABASE), sql.Identifier(READER)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        server.execute(sql.SQL("CREATE DATABASE {}").format(database))
        server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(reader))
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(reader, sql.Literal(password)))
        server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, reader))
    return with_login(admin_url, READER, password, DATABASE)


def _fill(connection: psycopg.Connection, table: str, columns: str, comment: str, rows: Sequence[Row]) -> None:
    name = sql.Identifier(table)
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(columns)))
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(comment)))
    fields = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    with connection.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, fields)) as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


def _write_csv(path: Path, rows: Sequence[Row], encoding: str) -> None:
    with path.open("w", newline="", encoding=encoding, errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0])
        writer.writerows([_text(value) for value in row.values()] for row in rows)


def _text(value: Any) -> str:
    return "NULL" if value is None else str(value)
