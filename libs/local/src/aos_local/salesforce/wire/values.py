"""Records as the two APIs write them: JSON of the REST API, CSV of the Bulk API."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from aos_local.salesforce.model import Field
from aos_local.salesforce.soql.evaluate import Record

DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}


def as_json(record: Record, fields: Sequence[Field], entity: str, base: str) -> dict[str, Any]:
    """One record of a query's answer."""
    body: dict[str, Any] = {"attributes": {"type": entity, "url": f"{base}/sobjects/{entity}/{record['Id']}"}}
    for field in fields:
        value = record.get(field.name)
        if value is not None and field.type == "datetime":
            value = f"{value}+0000"
        elif value is not None and field.type == "base64":
            value = f"{base}/sobjects/{entity}/{record['Id']}/{field.name}"
        body[field.name] = value
    return body


def as_csv(records: Sequence[Record], fields: Sequence[Field], delimiter: str, ending: str) -> str:
    """Rows with a header, every value quoted."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=DELIMITERS[delimiter], lineterminator=ENDINGS[ending], quoting=csv.QUOTE_ALL)
    writer.writerow([field.name for field in fields])
    writer.writerows([_text(record.get(field.name), field) for field in fields] for record in records)
    return written.getvalue()


def _text(value: Any, field: Field) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value}Z" if field.type == "datetime" else str(value)
