import pytest
from dcl.domain.matching.naming import WordModel, path_separator, read_name

WORDS = WordModel(
    ["the", "in", "number", "order", "line", "customer", "product", "code", "stock", "quantity", "price", "each"]
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("annualRevenue", ("annual", "revenue")),
        ("BilledCost", ("billed", "cost")),
        ("HTTPStatusCode", ("http", "status", "code")),
        ("cust_no", ("customer", "number")),
        ("acct.name", ("account", "name")),
        ("ORDERLINENUMBER", ("order", "line", "number")),
        ("QUANTITYINSTOCK", ("quantity", "stock")),
        ("employees", ("employee",)),
        ("telephone", ("phone",)),
        ("標題", ("title",)),
        ("總價", ("total", "price")),
        ("發表時間", ("publish", "time")),
        ("%", ()),
    ],
)
def test_name_when_read_then_is_words_in_full(name: str, words: tuple[str, ...]) -> None:
    assert read_name(name, WORDS).words == words


def test_joined_name_when_no_split_is_known_then_stays_whole() -> None:
    assert read_name("xqzvbnmk", WORDS).words == ("xqzvbnmk",)


def test_path_when_prefixes_repeat_then_is_context() -> None:
    names = ["CUSTOMERS.ID", "CUSTOMERS.NAME", "ORDERS.ID", "ORDERS.DATE"]
    assert path_separator(names) == "."
    read = read_name("CUSTOMERS.ID", WORDS, ".")
    assert (read.context, read.words, read.full_phrase) == (("customer",), ("id",), "customer id")


def test_path_when_dots_only_part_words_then_there_is_none() -> None:
    assert path_separator(["Age.in.Month", "PAM50", "Tumor.Stage", "ER.Updated.Clinical.Status"]) is None
    assert path_separator(["Tumor/Normal", "Gender"]) is None
