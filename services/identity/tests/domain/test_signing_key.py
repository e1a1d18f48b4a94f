from datetime import UTC, datetime, timedelta

from identity.domain.signing_key import OVERLAP, PUBLISH_BEFORE, SigningKey, published, signing

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def key(kid: str, signs_from: datetime, withdrawn_at: datetime | None = None) -> SigningKey:
    return SigningKey(kid, {"kid": kid}, b"", signs_from, signs_from, withdrawn_at)


def test_key_when_published_then_it_verifies_before_it_signs() -> None:
    keys = [key("old", NOW - timedelta(days=1)), key("new", NOW + PUBLISH_BEFORE)]
    assert [one.kid for one in published(keys, NOW)] == ["new", "old"]
    current = signing(keys, NOW)
    assert current is not None
    assert current.kid == "old"
    later = signing(keys, NOW + PUBLISH_BEFORE)
    assert later is not None
    assert later.kid == "new"


def test_key_when_replaced_long_ago_or_withdrawn_then_it_is_no_longer_published() -> None:
    keys = [key("old", NOW - timedelta(days=1)), key("new", NOW)]
    assert [one.kid for one in published(keys, NOW + OVERLAP - timedelta(seconds=1))] == ["new", "old"]
    assert [one.kid for one in published(keys, NOW + OVERLAP)] == ["new"]
    assert [one.kid for one in published([*keys[1:], key("old", NOW, NOW)], NOW)] == ["new"]
    assert signing([], NOW) is None
