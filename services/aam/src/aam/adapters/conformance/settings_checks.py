"""Checks of settings, errors and secrets."""

import traceback
from collections.abc import Iterable
from functools import partial
from typing import Any

from aam.adapters.conformance.subject import Subject, opened, refused, take
from aam.domain.errors import Fault, InvalidSettings, SourceError


def spec_is_a_json_schema_that_marks_its_secrets(subject: Subject) -> str:
    """The schema is valid, describes every setting, accepts the right ones, and marks secrets `writeOnly`."""
    import jsonschema_rs  # noqa: PLC0415  only whoever runs the kit needs it

    schema = subject.connector.settings_schema()
    jsonschema_rs.meta.validate(schema)
    properties: dict[str, Any] = schema["properties"]
    jsonschema_rs.validate(schema, dict(subject.settings))
    bare = [name for name, one in properties.items() if not (one.get("description") or one.get("title"))]
    assert not bare, f"no word about {bare}"
    _, secret = subject.connector.split(subject.settings)
    unmarked = [name for name in secret if not properties[name].get("writeOnly")]
    assert not unmarked, f"{unmarked} are secrets and not writeOnly"
    marked = [name for name, one in properties.items() if one.get("writeOnly")]
    assert not [name for name in marked if properties[name].get("default")], "a secret has a default"
    return f"{len(properties)} settings, {len(marked)} secret"


def settings_are_split_so_that_no_secret_is_public(subject: Subject) -> str:
    """What is stored in the open holds no secret; both parts together open the source again."""
    public, secret = subject.connector.split(subject.settings)
    _hidden(subject, [str(public)])
    for text in subject.secrets:
        assert text in str(secret.values()), "a secret got lost"
    again, _ = subject.connector.split({**public, **{name: value for name, value in secret.items() if value}})
    assert again == public, "settings that were stored once read differently"
    return f"{len(secret)} apart"


def wrong_settings_are_refused_by_name(subject: Subject) -> str:
    """An unknown setting, and none at all, are refused; the message names the setting and no secret."""
    for wrong, named in (({**subject.settings, "no_such_setting": 1}, "no_such_setting"), ({}, "")):
        _, error = refused(partial(subject.connector.split, wrong))
        assert isinstance(error, InvalidSettings), "wrong settings were accepted"
        assert named in str(error), f"{named} is not named"
        _hidden(subject, _words(error))
    return "by name"


def check_succeeds(subject: Subject) -> str:
    """The right settings pass, again and again, and the source says where it is."""
    source = opened(subject)
    source.check()
    source.check()
    assert source.location, "the source has no location"
    return "twice"


def check_fails_clearly_when_a_setting_is_wrong(subject: Subject) -> str:
    """Each wrong setting gives a `SourceError` that says what is wrong, what to do and whose turn it is."""
    for what, settings in subject.wrong.items():
        _, error = refused(opened(subject, settings).check)
        assert isinstance(error, SourceError), f"{what} was not noticed"
        assert str(error), f"{what}: no message"
        assert error.hint, f"{what}: no hint"
        assert error.fault in (Fault.CONFIG, Fault.TRANSIENT), f"{what}: blamed on us"
        _hidden(subject, _words(error))
    return ", ".join(subject.wrong)


def an_unknown_stream_is_refused(subject: Subject) -> str:
    """Reading what is not there says so."""
    _, error = refused(partial(take, opened(subject), "no such stream", {}))
    assert isinstance(error, SourceError), "a stream that is not there was read"
    assert error.hint, "no hint"
    _hidden(subject, _words(error))
    return error.reason


def secrets_are_shown_nowhere(subject: Subject) -> str:
    """Neither where the source is nor how it and its streams print shows a secret."""
    source = opened(subject)
    told = [source.location, repr(source), str(vars(source)), *(repr(one) for one in source.discover())]
    _hidden(subject, told)
    return f"{len(subject.secrets)} looked for"


def _words(error: BaseException) -> list[str]:
    internal = getattr(error, "internal", "")
    return [str(error), repr(error), getattr(error, "hint", ""), internal, *traceback.format_exception(error)]


def _hidden(subject: Subject, told: Iterable[str]) -> None:
    for text in told:
        for secret in subject.secrets:
            assert secret not in text, "a secret is shown"
