"""The emulator's query language."""

import pytest
from aos_local.salesforce.errors import ApiError
from aos_local.salesforce.model import SObject
from aos_local.salesforce.records import Records, full_id
from aos_local.salesforce.soql.evaluate import selected
from aos_local.salesforce.soql.parse import parse

FIELDS = [
    {"name": "Name"},
    {"name": "Size__c", "type": "int"},
    {"name": "Open__c", "type": "boolean"},
    {"name": "Day__c", "type": "date"},
    {"name": "Place__c", "type": "location"},
]


@pytest.fixture(scope="module")
def records() -> Records:
    found = Records([SObject.of({"name": "Thing__c", "fields": FIELDS}, "a00")])
    found.load(
        found.entity("Thing__c"),
        [
            {
                "Name": name, "Size__c": size, "Open__c": size == 2, "Day__c": f"2024-01-0{number}",
                "SystemModstamp": f"2024-01-0{number}T00:00:00.000Z",
            }
            for number, (name, size) in enumerate([("Ada", 1), ("bob", 2), ("O'Hara_%", 3), (None, None)], 1)
        ],
    )  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("Name = 'ADA'", [1]),
        ("Name != 'ada'", [2, 3, 4]),
        ("Name = null", [4]),
        ("Name LIKE 'b%'", [2]),
        (r"Name LIKE 'o\'hara_%'", [3]),
        ("Size__c > 1", [2, 3]),
        ("Size__c >= 1 AND (Open__c = true OR Size__c = 3)", [2, 3]),
        ("NOT Size__c IN (1, 2)", [3, 4]),
        ("Size__c NOT IN (1, 2)", [3, 4]),
        ("Day__c < 2024-01-02", [1]),
        ("SystemModstamp >= 2024-01-02T01:00:00+01:00 AND SystemModstamp < 2024-01-04T00:00:00Z", [2, 3]),
        ("SystemModstamp < LAST_N_DAYS:1", [1, 2, 3, 4]),
        ("(Size__c = 1) OR (Size__c = 3)", [1, 3]),
    ],
)
def test_where_when_evaluated_then_finds_those(where: str, numbers: list[int], records: Records) -> None:
    query = parse(f"SELECT Id, Day__c FROM Thing__c WHERE {where} ORDER BY Day__c")
    assert [int(row["Day__c"][-1]) for row in records.find(query, deleted=False)] == numbers


@pytest.mark.parametrize(
    ("rest", "numbers"),
    [
        ("ORDER BY Size__c", [4, 1, 2, 3]),
        ("ORDER BY Size__c NULLS LAST", [1, 2, 3, 4]),
        ("ORDER BY Size__c DESC NULLS LAST LIMIT 2", [3, 2]),
        ("ORDER BY Day__c LIMIT 2 OFFSET 1", [2, 3]),
    ],
)
def test_order_when_given_then_holds(rest: str, numbers: list[int], records: Records) -> None:
    found = records.find(parse(f"SELECT Id FROM Thing__c {rest}"), deleted=False)
    assert [int(row["Day__c"][-1]) for row in found] == numbers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT FROM Thing__c", "MALFORMED_QUERY"),
        ("SELECT Id, Id FROM Thing__c", "MALFORMED_QUERY"),
        ("SELECT Id FROM Thing__c WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Thing__c WHERE Name = 'open", "MALFORMED_QUERY"),
        ("SELECT Id FROM Thing__c; DROP", "MALFORMED_QUERY"),
        ("SELECT FIELDS(ALL) FROM Thing__c", "MALFORMED_QUERY"),
        ("SELECT Id FROM Thing__c LIMIT x", "MALFORMED_QUERY"),
        ("SELECT Nope FROM Thing__c", "INVALID_FIELD"),
        ("SELECT Id FROM Thing__c WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Thing__c WHERE SystemModstamp > '2024-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Thing__c WHERE Name = 3", "INVALID_FIELD"),
        ("SELECT Id FROM Thing__c WHERE Place__c = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Other__c", "INVALID_TYPE"),
        ("SELECT Id FROM Thing__c OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ],
)
def test_query_when_wrong_then_is_refused_as_salesforce_does(text: str, code: str, records: Records) -> None:
    with pytest.raises(ApiError) as caught:
        query = parse(text)
        selected(records.entity(query.entity), query)
        records.find(query, deleted=True)
    assert (caught.value.status, caught.value.code) == (400, code)


def test_record_when_deleted_then_only_query_all_sees_it_with_a_new_stamp(records: Records) -> None:
    entity = records.entity("Thing__c")
    record_id = records.create(entity, {"Name": "gone"})
    before = dict(records.get(entity, record_id))
    records.delete(entity, record_id)
    query = parse("SELECT Id FROM Thing__c WHERE Name = 'gone'")
    assert records.find(query, deleted=False) == []
    after = records.find(query, deleted=True)[0]
    assert after["IsDeleted"] is True
    assert after["SystemModstamp"] > before["SystemModstamp"]


def test_id_when_of_15_characters_then_has_its_long_form() -> None:
    assert full_id("001A0000006Vm9r") == "001A0000006Vm9rIAC"
