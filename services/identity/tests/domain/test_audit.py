from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity.domain.audit import START, Entry, Head, Linked, check_head, find_break, link, seal

TENANT = UUID(int=7)
KEY = b"a key that is not in the database"


def chain(length: int, actor: str = "ann") -> list[Linked]:
    last, made = START, []
    for number in range(1, length + 1):
        entry = Entry(
            tenant_id=TENANT,
            seq=number,
            call_id=UUID(int=number),
            occurred_at_us=number * 1000,
            actor=actor,
            roles=("owner",),
            session_id="s",
            service="aam",
            action="POST /x",
            target=f"id={number}",
            outcome="changed",
            reason="",
            address="",
            trace_id="",
        )
        last = link(last, entry)
        made.append(Linked(entry, last))
    return made


def head_of(entries: list[Linked]) -> Head:
    last = entries[-1]
    return Head(TENANT, last.entry.seq, last.hash, seal(KEY, TENANT, last.entry.seq, last.hash))


def verdict(entries: list[Linked], head: Head | None) -> int | None:
    broken, last, count = find_break(entries, START, 1)
    broken = broken or check_head(KEY, head, last, count)
    return broken.seq if broken else None


def _edit(entries: list[Linked]) -> list[Linked]:
    entries[4] = Linked(replace(entries[4].entry, actor="eve"), entries[4].hash)
    return entries


def _edit_and_rehash(entries: list[Linked]) -> list[Linked]:
    forged = replace(entries[4].entry, actor="eve")
    entries[4] = Linked(forged, link(entries[3].hash, forged))
    return entries


def _rewrite_the_rest(entries: list[Linked]) -> list[Linked]:
    return [*entries[:4], *chain(len(entries), "eve")[4:]]


def _reorder(entries: list[Linked]) -> list[Linked]:
    first, second = entries[4], entries[5]
    entries[4] = Linked(replace(second.entry, seq=5), second.hash)
    entries[5] = Linked(replace(first.entry, seq=6), first.hash)
    return entries


@pytest.mark.parametrize(
    ("tamper", "at"),
    [
        (_edit, 5),
        (_edit_and_rehash, 6),
        (_rewrite_the_rest, 5),
        (_reorder, 5),
        (lambda entries: entries[:4] + entries[5:], 5),
        (lambda entries: entries[:-1], 10),
        (lambda entries: entries[1:], 1),
        (lambda entries: [], 1),
    ],
)
def test_chain_when_a_row_is_edited_deleted_or_reordered_then_it_breaks_there(
    tamper: Callable[[list[Linked]], list[Linked]], at: int
) -> None:
    entries = chain(10)
    head = head_of(entries)
    assert verdict(entries, head) is None
    assert verdict(tamper(list(entries)), head) == at


def test_head_when_it_is_forged_without_the_key_or_gone_then_the_log_is_not_whole() -> None:
    entries = chain(3)
    forged = chain(3, "eve")
    unsealed = Head(TENANT, 3, forged[-1].hash, seal(b"another key", TENANT, 3, forged[-1].hash))
    assert verdict(forged, unsealed) == 3
    assert verdict(entries, None) == 3
    assert verdict([], None) is None


@given(st.sampled_from(["actor", "action", "target", "outcome", "reason", "service", "address"]), st.text(max_size=9))
def test_link_when_any_field_changes_then_so_does_the_hash(field: str, value: str) -> None:
    entry = chain(1)[0].entry
    changed = replace(entry, **{field: value})
    assert (link(START, entry) == link(START, changed)) == (entry == changed)
