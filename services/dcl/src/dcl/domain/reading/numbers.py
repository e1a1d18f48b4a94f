"""Finds how a column writes numbers: sign, thousands and decimal separators."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from dcl.domain.reading.model import Reading
from dcl.domain.transform import Transform

_SIGNED = re.compile(r"([-+]?)\s*([^\d\s.,'+-]{0,3})\s*([-+]?[\d.,' ]*(?:[eE][-+]?\d+)?)\s*([^\d\s.,'+-]{0,3})")
_STYLES = (("", "."), (",", "."), (".", ","), (" ", ","), (" ", "."), ("'", "."), ("", ","))
_MIN_SIGN_SHARE = 0.5


def read_numbers(kind: str, values: Sequence[str]) -> Reading:
    """The reading of `decimal` or `integer` values that takes most of them; point and comma may be undecidable."""
    sign = _sign(values)
    texts = [_without(value, sign) for value in values]
    fits = {style: sum(_number(text, style, kind) is not None for text in texts) for style in _STYLES}
    style = max(_STYLES, key=lambda style: fits[style])
    rival = next((other for other in _STYLES if fits[other] == fits[style] > 0 and _differs(texts, style, other)), None)
    transform = Transform(
        kind=kind,
        thousands=style[0] if any(style[0] and style[0] in text for text in texts) else "",
        decimal_separator="," if style[1] == "," else "",
        currency=sign,
    )
    notes = [f"the sign {sign} is dropped"] if sign else []
    if rival:
        notes.append(
            f"whether {_example(texts, style, rival)} has thousands or decimals cannot be told from the samples"
        )
    return Reading(transform, fits[style] / len(values) if values else 1.0, rival is None, tuple(notes))


def _sign(values: Sequence[str]) -> str:
    found = Counter(
        parts[2] or parts[4]
        for value in values
        if (parts := _SIGNED.fullmatch(value.strip())) and (parts[2] or parts[4])
    )
    sign, count = found.most_common(1)[0] if found else ("", 0)
    return sign if count >= _MIN_SIGN_SHARE * len(values) else ""


def _without(value: str, sign: str) -> str:
    return value.replace(sign, "").strip() if sign else value.strip()


def _number(text: str, style: tuple[str, str], kind: str) -> Decimal | None:
    thousands, point = style
    if thousands and thousands in text:
        mark, dot = re.escape(thousands), re.escape(point)
        if not re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}({mark}\d{{3}})+({dot}\d*)?", text):
            return None
        text = text.replace(thousands, "")
    if point != ".":
        if "." in text:
            return None
        text = text.replace(point, ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return None if kind == "integer" and number != number.to_integral_value() else number


def _differs(texts: Sequence[str], style: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether the other style reads some sample as another number and none of them worse."""
    numbers = [(_number(text, style, "decimal"), _number(text, other, "decimal")) for text in texts]
    return any(one is not None and two is not None and one != two for one, two in numbers)


def _example(texts: Sequence[str], style: tuple[str, str], other: tuple[str, str]) -> str:
    return next(text for text in texts if _differs([text], style, other))
