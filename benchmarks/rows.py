"""Rows for the throughput benchmarks: ten columns of the usual types, the same for the same count."""

import csv
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

COLUMNS = (
    "deal_id bigint PRIMARY KEY, deal_name text, account_name text, deal_stage text, amount numeric(14,2), "
    "probability numeric(5,2), owner_name text, close_date date, created_at timestamptz, updated_at timestamptz"
)
NAMES = [column.split()[0] for column in COLUMNS.replace("numeric(14,2)", "n").replace("numeric(5,2)", "n").split(", ")]
STAGES = ("Won", "Lost", "Engaging", "Prospecting")
START = datetime(2026, 1, 1, tzinfo=UTC)


def make(count: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows."""
    rng = random.Random(11)
    for number in range(count):
        moment = START + timedelta(seconds=number)
        yield (
            number,
            f"Deal {number}",
            f"Account {rng.randrange(50_000)}",
            STAGES[rng.randrange(4)],
            f"{rng.randrange(10**9) / 100:.2f}",
            f"{rng.randrange(101)}.00",
            f"Owner {rng.randrange(200)}",
            date(2026, 1 + number % 12, 1 + number % 28).isoformat(),
            moment.isoformat(),
            (moment + timedelta(days=1)).isoformat(),
        )


def fill_table(url: str, count: int) -> None:
    """Create the table `deals` in a database."""
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE TABLE deals ({COLUMNS})")
        with connection.cursor().copy("COPY deals FROM STDIN") as copy:
            for row in make(count):
                copy.write_row(row)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE deals")


def multiply_table(url: str, count: int, times: int) -> None:
    """Fill `deals` with `times` as many rows as its `count`, the keys going on."""
    rest = ", ".join(NAMES[1:])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            f"INSERT INTO deals SELECT deal_id + n * {count}, {rest} FROM deals, generate_series(1, {times - 1}) n"
        )
        connection.execute("VACUUM ANALYZE deals")


def write_csv(path: Path, count: int) -> None:
    """Write the rows as CSV."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        writer.writerows(make(count))
