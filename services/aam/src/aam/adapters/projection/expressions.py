"""SQL that reads one value exactly, or gives NULL: nothing is rounded, guessed or cut.

`raw` is the column as it is, `trimmed` its text without surrounding blanks (NULL when nothing is left). DuckDB's own
casts are lenient (they round 1.5 to 2, accept 1_000 and 0x1F, cut a time off a date), so each is behind a pattern.
"""

from collections.abc import Callable, Mapping

from aam.adapters.projection.families import Family
from aam.domain.mapping import FALSE_TEXTS, TRUE_TEXTS, Transform

DECIMAL = "DECIMAL(38,18)"
SHORT = r"[+-]?\d{0,9}(?:\.\d{0,9})?"
MIDDLE = r"[+-]?\d{1,18}\.\d{0,18}0*"
PLAIN = r"[+-]?0*\d{0,20}(?:\.\d{0,18}0*)?"
SCIENTIFIC = r"[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d{1,3}"
WHOLE = r"[+-]?\d{1,40}"
ISO_DATE = r"\d{4}-\d{2}-\d{2}"
ISO_TIME = r"[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6}0*)?)?"
ISO_LOCAL = f"{ISO_DATE}(?:{ISO_TIME})?"
ISO_ZONED = ISO_DATE + ISO_TIME + r" ?(?:Z|[+-]\d{2}(?::?\d{2})?)"


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def as_text(raw: str, family: Family) -> str:
    """The value as text."""
    if family is Family.TEXT:
        return raw
    return f"CAST(to_json({raw}) AS VARCHAR)" if family is Family.NESTED else f"CAST({raw} AS VARCHAR)"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _number_text(trimmed: str, transform: Transform) -> str:
    text = trimmed
    if transform.currency:
        text = f"trim(replace({text}, {literal(transform.currency)}, ''))"
    point = transform.decimal_separator or "."
    if transform.thousands:
        mark, grouped = literal(transform.thousands), _group_pattern(transform.thousands, point)
        text = (
            f"CASE WHEN NOT contains({text}, {mark}) OR {_matches(text, grouped)} THEN replace({text}, {mark}, '') END"
        )
    if point != ".":
        text = f"CASE WHEN NOT contains({text}, '.') THEN replace({text}, {literal(point)}, '.') END"
    return text


def _group_pattern(thousands: str, point: str) -> str:
    mark, dot = (f"\\x{{{ord(sign):x}}}" for sign in (thousands[0], point[0]))
    return rf"[+-]?\d{{1,3}}(?:{mark}\d{{3}})+(?:{dot}\d*)?"


def _exact_decimal(text: str) -> str:
    """Casting text to a 128-bit decimal costs DuckDB a hundred times a 64-bit one, so most texts take the latter."""
    fraction = f"rtrim(split_part({text}, '.', 2), '0')"
    part = f"CAST(CAST('0.' || {fraction} AS DECIMAL(18,18)) AS {DECIMAL})"
    whole = f"CAST(CAST(ltrim(split_part({text}, '.', 1), '+-') AS BIGINT) AS {DECIMAL})"
    middle = f"({whole} + {part}) * CAST(CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END AS TINYINT)"
    digits = f"length(rtrim(regexp_extract({text}, '\\.(\\d*)', 1), '0'))"
    exponent = f"CAST(regexp_extract({text}, '[eE]([+-]?\\d+)', 1) AS INTEGER)"
    return (
        f"CASE WHEN {_matches(text, SHORT)} THEN CAST(TRY_CAST({text} AS DECIMAL(18,9)) AS {DECIMAL}) "
        f"WHEN {_matches(text, MIDDLE)} THEN CAST({middle} AS {DECIMAL}) "
        f"WHEN {_matches(text, PLAIN)} THEN TRY_CAST({text} AS {DECIMAL}) "
        f"WHEN {_matches(text, SCIENTIFIC)} AND {digits} - {exponent} <= 18 THEN TRY_CAST({text} AS {DECIMAL}) END"
    )


def decimal(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """DECIMAL(38,18) with every digit of the source."""
    if family in (Family.INTEGER, Family.DECIMAL):
        return f"TRY_CAST({raw} AS {DECIMAL})"
    return _exact_decimal(_number_text(trimmed, transform) if family is Family.TEXT else trimmed)


def integer(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """BIGINT; 5.0 is 5, and 5.5 is no integer."""
    if family is Family.INTEGER:
        return f"TRY_CAST({raw} AS BIGINT)"
    if family is Family.TEXT:
        text = _number_text(trimmed, transform)
        exact = _exact_decimal(text)
        return (
            f"CASE WHEN {_matches(text, WHOLE)} THEN TRY_CAST({text} AS BIGINT) "
            f"WHEN ({exact}) = trunc({exact}) THEN TRY_CAST(({exact}) AS BIGINT) END"
        )
    value = raw if family is Family.DECIMAL else _exact_decimal(trimmed)
    return f"CASE WHEN ({value}) = trunc({value}) THEN TRY_CAST(({value}) AS BIGINT) END"


def boolean(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """BOOLEAN from the texts that mean true and false, whatever their case."""
    if family is Family.BOOLEAN:
        return raw
    true = ", ".join(literal(text.lower()) for text in transform.true_values or TRUE_TEXTS)
    false = ", ".join(literal(text.lower()) for text in transform.false_values or FALSE_TEXTS)
    return f"CASE WHEN lower({trimmed}) IN ({true}) THEN true WHEN lower({trimmed}) IN ({false}) THEN false END"


def date(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """DATE; a time other than midnight is no date."""
    if family is Family.DATE:
        return f"CAST({raw} AS DATE)"
    if family in (Family.TIMESTAMP, Family.TIMESTAMP_TZ, Family.NANOS):
        moment = raw if family is not Family.TIMESTAMP_TZ else f"timezone('UTC', {raw})"
    elif transform.format:
        moment = f"try_strptime({trimmed}, {literal(transform.format)})"
        if _zoned(transform.format):
            moment = f"timezone({literal(transform.timezone or 'UTC')}, {moment})"
    else:
        moment = f"CASE WHEN {_matches(trimmed, ISO_LOCAL)} THEN TRY_CAST({trimmed} AS TIMESTAMP) END"
    return f"CASE WHEN ({moment}) = date_trunc('day', {moment}) THEN CAST({moment} AS DATE) END"


def timestamp(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """TIMESTAMPTZ in microseconds; finer times are no timestamps."""
    zone = literal(transform.timezone or "UTC")
    if family is Family.TIMESTAMP_TZ:
        return raw
    if family is Family.NANOS:
        return f"CASE WHEN epoch_ns({raw}) % 1000 = 0 THEN timezone({zone}, CAST({raw} AS TIMESTAMP)) END"
    if family in (Family.TIMESTAMP, Family.DATE):
        return f"timezone({zone}, CAST({raw} AS TIMESTAMP))"
    if transform.format:
        moment = f"try_strptime({trimmed}, {literal(transform.format)})"
        return moment if _zoned(transform.format) else f"timezone({zone}, {moment})"
    return (
        f"CASE WHEN {_matches(trimmed, ISO_LOCAL)} THEN timezone({zone}, TRY_CAST({trimmed} AS TIMESTAMP)) "
        f"WHEN {_matches(trimmed, ISO_ZONED)} THEN TRY_CAST({trimmed} AS TIMESTAMPTZ) END"
    )


def _zoned(pattern: str) -> bool:
    return "%z" in pattern or "%Z" in pattern


def enum(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """VARCHAR: the value that the source text maps to, whatever its case; enum values themselves map to themselves."""
    known = known_texts(transform)
    folded = {text.strip().lower(): value for text, value in known.items()}
    ambiguous = len({text.strip().lower() for text in known}) < len(known) and any(
        folded[text.strip().lower()] != value for text, value in known.items()
    )
    subject, table = (trimmed, known) if ambiguous else (f"lower({trimmed})", folded)
    if not table:
        return trimmed
    folding = f"CASE {subject} {_cases(table)} END"
    return f"CASE {raw} {_cases(known)} ELSE {folding} END" if family is Family.TEXT else folding


def known_texts(transform: Transform) -> dict[str, str]:
    """The texts of an enum's values, each with its value; the values themselves are among them."""
    return {value: value for value in transform.values.values()} | dict(transform.values)


def _cases(table: Mapping[str, str]) -> str:
    return " ".join(f"WHEN {literal(text)} THEN {literal(value)}" for text, value in sorted(table.items()))


def json(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """VARCHAR that holds valid JSON."""
    del transform
    if family is Family.TEXT:
        return f"CASE WHEN json_valid({trimmed}) THEN {trimmed} END"
    return f"CAST(to_json({raw}) AS VARCHAR)"


def text(raw: str, trimmed: str, family: Family, transform: Transform) -> str:
    """VARCHAR: the source's own text."""
    del trimmed, transform
    return as_text(raw, family)


Expression = Callable[[str, str, Family, Transform], str]

EXPRESSIONS: dict[str, Expression] = {
    "text": text,
    "decimal": decimal,
    "integer": integer,
    "boolean": boolean,
    "date": date,
    "timestamp": timestamp,
    "enum": enum,
    "json": json,
}
READS_AS = {"string": "text"}
EPOCH_BITS = 52  # microseconds until the year 2112, and room for 2,047 readings from the beginning above them
SQL_TYPES = {
    "text": "VARCHAR",
    "decimal": DECIMAL,
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "enum": "VARCHAR",
    "json": "VARCHAR",
}
