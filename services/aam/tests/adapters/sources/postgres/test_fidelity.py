"""Values are the same, byte for byte, in a whole reading and in one of changes; messages are decoded as they are."""

import json
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from aam.adapters.sources.postgres import PostgresConnector
from aam.adapters.sources.postgres.replication import pgoutput
from aam.adapters.sources.postgres.replication.pgoutput import (
    Begin,
    Commit,
    Delete,
    Insert,
    Malformed,
    Missing,
    Other,
    Relation,
    Truncate,
    Update,
)
from aos_common.egress import Egress

VALUES = {
    "bool": ["true", "false"],
    "int2": ["'-32768'", "32767"],
    "int8": ["'-9223372036854775808'", "9223372036854775807"],
    "float4": ["'NaN'", "1.1", "'-Infinity'"],
    "float8": ["0.1", "1e308", "'-0'"],
    "numeric": ["12345678901234567890.1234567890", "'NaN'", "'-0.00'", "1e-20"],
    "numeric(12,4)": ["1.5", "'-0.0001'", "99999999.9999", "0"],
    "numeric(18,0)": ["-999999999999999999"],
    "numeric(19,2)": ["99999999999999999.99"],
    "text": ["''", "E'a\\n\\t\\\\ ü 😀'", "repeat(md5('x'), 5000)"],
    "character(5)": ["'ab'"],
    "varchar(9)": ["'ab '"],
    "date": ["'2024-02-29'", "'0001-01-01'", "'infinity'"],
    "timestamp": ["'2024-01-02 03:04:05.678901'", "'9999-12-31 23:59:59.999999'"],
    "timestamptz": ["'2024-01-02 03:04:05.6+05:30'", "'-infinity'"],
    "time": ["'23:59:59.999999'"],
    "timetz": ["'12:00:00+02'"],
    "interval": ["'1 year -2 days 03:04:05.5'"],
    "uuid": ["'6ba7b810-9dad-11d1-80b4-00c04fd430c8'"],
    "bytea": ["'\\x00ff10'", "''"],
    "json": ['\'{"a":  1.50, "a": null}\''],
    "jsonb": ['\'{"a":  1.50, "b": [1, null]}\''],
    "mood": ["'good'"],
    "positive": ["7"],
    "text[]": ["'{a,NULL,\"b,c\"}'", "'{}'"],
    "numeric[]": ["'{1.10,2.200}'"],
    "timestamptz[]": ["'{2024-01-01Z}'"],
    "mood[]": ["'{good,bad}'"],
    "inet": ["'10.0.0.1/24'", "'::1'"],
    "cidr": ["'10.0.0.0/8'"],
    "macaddr": ["'08:00:2b:01:02:03'"],
    "int4range": ["'[1,5)'"],
    "bit(3)": ["B'101'"],
    "point": ["'(1.5,2)'"],
    "tsvector": ["'a fat cat'"],
}


def test_read_when_all_types_are_followed_then_equal_a_whole_reading_value_by_value(shop: str) -> None:
    columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(VALUES))
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN positive AS int CHECK (value > 0)")
        connection.execute(f"CREATE TABLE t (id int PRIMARY KEY, {columns})".encode())
        connector = PostgresConnector(Egress("127.0.0.1"))
        name = f"types_{shop.rsplit('_', 1)[1]}"
        settings = {"url": shop, "replication": "required", "replication_name": name}
        source = connector.open(*connector.split(settings))
        with source.read("public.t", {}) as read:
            assert list(read.batches()) == []
            cursor = json.loads(json.dumps(read.cursor()))
        connection.execute("INSERT INTO t VALUES (0)")
        for number, (kind, values) in enumerate(VALUES.items()):
            for place, value in enumerate(values):
                key = 1 + number * 10 + place
                connection.execute(f"INSERT INTO t (id, c{number}) VALUES ({key}, {value}::{kind})".encode())
        connection.execute("UPDATE t SET c0 = true")  # leaves what is stored out of line unchanged
    readings = []
    for start in (cursor, {}):
        with source.read("public.t", start) as read:
            assert read.snapshot is not bool(start)
            batches = list(read.batches())
            rows = [row for batch in batches for row in batch.data.to_pylist()]
            misfits = [(one.column, one.value, one.reason, one.record) for b in batches for one in b.misfits]
            readings.append((sorted(map(repr, rows)), sorted(misfits), batches[0].data.schema))
    changed, whole = readings
    assert set(changed[0]) ^ set(whole[0]) == set()
    assert changed == whole
    assert len(whole[0]) == 1 + sum(map(len, VALUES.values())) - 2


def test_read_when_a_number_has_few_digits_then_is_a_decimal_and_what_is_no_number_is_set_aside(shop: str) -> None:
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE sums (id int PRIMARY KEY, net numeric(9,2), gross numeric(19,2))")
        connection.execute("INSERT INTO sums VALUES (1, -0.05, 'NaN'), (2, 'NaN', 7), (3, NULL, NULL)")
    connector = PostgresConnector(Egress("127.0.0.1"))
    source = connector.open(*connector.split({"url": shop}))
    with source.read("public.sums", {}) as read:
        (batch,) = read.batches()
    assert batch.data.to_pylist() == [
        {"id": 1, "net": Decimal("-0.05"), "gross": "NaN"},
        {"id": 3, "net": None, "gross": None},
    ]
    (misfit,) = batch.misfits
    assert (misfit.row, misfit.column, misfit.value, misfit.reason) == (2, "net", "NaN", "the value is not a number")
    assert '"net": "NaN"' in misfit.record


PEOPLE = "52" + "00004001" + "7075626c696300" + "70656f706c6500" + "64" + "0002"
PEOPLE += "01" + "696400" + "00000017" + "ffffffff" + "00" + "6e6f746500" + "00000019" + "ffffffff"
MESSAGES: dict[str, Any] = {
    "42" + "0000000100000010" + "0002000000000000" + "000003e9": Begin(0x100000010, 1001),
    "43" + "00" + "0000000100000010" + "0000000100000040" + "0002000000000000": Commit(0x100000010, 0x100000040),
    PEOPLE: Relation(
        0x4001,
        "public",
        "people",
        "d",
        (pgoutput.RelationColumn("id", 23, -1, True), pgoutput.RelationColumn("note", 25, -1, False)),
    ),
    "49" + "00004001" + "4e" + "0002" + "740000000131" + "6e": Insert(0x4001, ("1", None)),
    "55" + "00004001" + "4e" + "0002" + "740000000131" + "75": Update(0x4001, None, ("1", Missing.UNCHANGED)),
    "55" + "00004001" + "4b" + "0002" + "740000000131" + "6e" + "4e" + "0002" + "740000000132" + "6e": Update(
        0x4001, ("1", None), ("2", None)
    ),
    "44" + "00004001" + "4b" + "0002" + "740000000131" + "6e": Delete(0x4001, ("1", None)),
    "44" + "00004001" + "4f" + "0002" + "740000000131" + "740000000161": Delete(0x4001, ("1", "a")),
    "54" + "00000002" + "00" + "00004001" + "00004002": Truncate((0x4001, 0x4002)),
    "59" + "00004003" + "7075626c696300" + "6d6f6f6400": Other("Y"),
    "4f" + "0000000100000010" + "6100": Other("O"),
    "4d" + "00" + "0000000100000010" + "6100" + "0000000161": Other("M"),
}


@pytest.mark.parametrize("payload", MESSAGES)
def test_decode_when_a_message_is_whole_then_gives_it_and_refuses_its_parts(payload: str) -> None:
    message = bytes.fromhex(payload)
    assert pgoutput.decode(message) == MESSAGES[payload]
    for length in range(len(message)):
        try:
            pgoutput.decode(message[:length])
        except Malformed:
            continue
