"""R1: whoever is not of the tenant gets nothing of it, through any door, by any trick, and changes nothing."""

import itertools
import random
import re
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aos_access.doors import DOORS, Access, Door
from aos_access.roles import Permission

from tests.integration.isolation.asking import Ask, Asking
from tests.integration.isolation.callers import Caller, strangers
from tests.integration.isolation.owner import UUID, Owner, at_rest, contents, files
from tests.integration.isolation.tricks import every, headers
from tests.integration.isolation.wire import Answer, Wire, run_all, wire_to

PLACES = ("gateway", "direct")
GOAL = 20_000
DEAR = {Permission.VIEWS_READ, Permission.QUESTIONS_ASK}
"""What asks the lake."""
BARE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
"""A UUID without its dashes."""
OPEN_RPCS = {f"autonomos.identity.v1.AccountService/{name}" for name in ("RegisterTenant", "SignIn", "RefreshSession")}
"""RPCs of identity that ask for no token, since they are how one gets it; for services inside."""


class Trial:
    """Sends requests and keeps every answer that is wrong, with why."""

    def __init__(self, wire: Wire, owner: Owner) -> None:
        self.wire, self.owner = wire, owner
        self.wrong: list[str] = []
        self.statuses: Counter[int] = Counter()

    async def anonymous(self, ask: Ask, place: str) -> None:
        """Somebody without a token is refused before anything else is looked at."""
        answer = await self.wire.send(ask, place)
        if not _is_open(ask.door, place) and answer.status != 401:
            self._note(ask, place, "nobody", answer, "is not 401")
        self._look(ask, place, "nobody", answer, set())

    async def stranger(self, ask: Ask, place: str, caller: Caller) -> None:
        """A stranger gets their own, or nothing."""
        caller.sent |= _ids(ask.said)
        answer = await self.wire.send(ask, place, caller.token)
        if answer.status == 401 and b"SESSION_ENDED" in answer.text:
            caller.renew()
            answer = await self.wire.send(ask, place, caller.token)
        if answer.status < 300 and _names_one(ask, self.owner):
            self._note(ask, place, caller.name, answer, "is there for a stranger")
        self._look(ask, place, caller.name, answer, caller.sent)

    def _look(self, ask: Ask, place: str, who: str, answer: Answer, sent: set[str]) -> None:
        self.statuses[answer.status] += 1
        if answer.status >= 500:
            self._note(ask, place, who, answer, "is a failure of ours")
        shown = self.owner.shown_in(answer.text)
        if shown and shown not in ask.said:
            self._note(ask, place, who, answer, f"shows {shown}")
        foreign = self.owner.named_in(answer.text) - sent - _ids(ask.said)
        if foreign:
            self._note(ask, place, who, answer, f"names {sorted(foreign)}")

    def _note(self, ask: Ask, place: str, who: str, answer: Answer, why: str) -> None:
        self.wrong.append(
            f"{who} at {place}: {ask.door.method} {ask.path} {ask.headers}: {answer.status} {why}: "
            f"{answer.text[-300:]!r}"
        )


def _ids(text: str) -> set[str]:
    """The ids in a text, however they are spelt: an answer may name what was sent in the usual spelling."""
    bare = (str(uuid.UUID(digits)) for digits in BARE.findall(text))
    return set(UUID.findall(text)) | set(bare)


def _is_open(door: Door, place: str) -> bool:
    return door.access is Access.PUBLIC or (place == "direct" and (door.rpc in OPEN_RPCS or "oauth2" in door.path))


def _names_one(ask: Ask, owner: Owner) -> bool:
    """Whether the path itself names something of the owner's."""
    return bool(set(UUID.findall(ask.path.partition("?")[0].lower())) & owner.known)


def _costly(ask: Ask) -> bool:
    """What hashes a password, or makes a tenant, at each try is tried a few times instead of fifty."""
    return ask.door.access is not Access.TOKEN or any("password" in key for key in ask.json or ())


@pytest.fixture(scope="module")
def asking(stack: Any, owner: Owner, documents: dict[str, Any]) -> Asking:
    return Asking(documents, owner.ids)


def test_asking_when_a_door_is_in_the_table_then_the_test_knows_how_to_knock(asking: Asking) -> None:
    assert len([asking.ask(door) for door in DOORS]) == len(DOORS)


@pytest.mark.timeout(900)
async def test_doors_when_tried_by_nobody_and_by_strangers_then_nothing_of_the_owner_shows_or_changes(
    stack: Any, owner: Owner, admin: psycopg.Connection[Any], objects: Path, asking: Asking, quiet: None
) -> None:
    callers = strangers(stack, 6)
    views = contents(owner)  # first: it may renew the owner's session, which is a change
    before = at_rest(admin, owner), files(objects, owner.tenant)
    async with wire_to(stack) as wire:
        trial = Trial(wire, owner)
        seconds = await run_all(_jobs(trial, asking, owner, callers))
    total = wire.sent.total()
    print(
        f"\nR1: {total} requests in {seconds:.0f} s, {dict(wire.sent)}, answers {dict(trial.statuses)},"
        f" {wire.waited} sent again; {len(trial.wrong)} leaks or failures"
    )
    assert not trial.wrong, f"{len(trial.wrong)} wrong:\n" + "\n".join(trial.wrong[:40])
    after = at_rest(admin, owner), files(objects, owner.tenant)
    changed = {table for table in before[0] if before[0][table] != after[0][table]}
    assert not changed, "rows of the owner's were changed"
    assert before[1] == after[1], "files of the owner's were changed"
    assert contents(owner) == views
    assert total >= GOAL


def _jobs(trial: Trial, asking: Asking, owner: Owner, callers: list[Caller]) -> list[Callable[[], Awaitable[None]]]:
    """Every trick, at every door, at both places, by nobody and by the strangers in turn."""
    turns = itertools.cycle(callers)
    jobs: list[Callable[[], Awaitable[None]]] = []
    for door, place in itertools.product(DOORS, PLACES):
        ask = asking.ask(door)
        jobs += [partial(trial.anonymous, one, place) for one in _for_nobody(ask, owner)]
        # What only reads is asked by two of them: the second finds the first one's answers in every cache.
        often = 1 if door.writes or door.permission in DEAR else 2
        tried = [one for one in _for_strangers(ask, owner, place) for _ in range(often)]
        jobs += [partial(trial.stranger, one, place, next(turns)) for one in tried]
    # Mixed, so that all services work at once; in the same order each time.
    random.Random(1).shuffle(jobs)
    return jobs


def _for_nobody(ask: Ask, owner: Owner) -> list[Ask]:
    return [ask] if ask.door.access is not Access.TOKEN else [*every(ask, owner)]


def _for_strangers(ask: Ask, owner: Owner, place: str) -> list[Ask]:
    """Fewer where each try is dear: hashing a password, or a question to the lake."""
    if _costly(ask):
        return [ask, *itertools.islice(headers(ask, owner), 3)]
    if ask.door.permission in DEAR:
        # Every trick at one of the two places.
        return [*every(ask, owner)][PLACES.index(place) :: len(PLACES)]
    return [*every(ask, owner)]
