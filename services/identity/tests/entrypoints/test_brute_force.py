"""Guessing is slowed down; nobody is locked out of their own place by it."""

from typing import Any
from uuid import uuid4

import httpx

PASSWORD = "correct horse battery"


async def _try(town: Any, email: str, address: str, password: str = "not this one") -> httpx.Response:
    body = {"email": email, "password": password}
    return await town.client.post("/api/v1/auth/login", json=body, headers={"x-forwarded-for": address})


def _address(n: int) -> str:
    """Return an address nobody else in these tests has."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::{n:x}"


async def test_login_when_an_address_guesses_then_it_is_stopped_and_others_are_not(town: Any) -> None:
    person, attacker, home = await town.owner(), _address(1), _address(2)
    codes = [(await _try(town, person.email, attacker)).status_code for _ in range(12)]
    assert codes == [401] * 10 + [429] * 2
    told = await _try(town, person.email, attacker, PASSWORD)
    assert (told.status_code, told.headers["retry-after"]) == (429, "900"), "the right guess is not told"
    assert (await _try(town, person.email, home, PASSWORD)).status_code == 200


async def test_login_when_many_addresses_guess_then_the_user_still_gets_in_from_where_they_were(town: Any) -> None:
    person, home = await town.owner(), _address(3)
    assert (await _try(town, person.email, home, PASSWORD)).status_code == 200
    for n in range(50):
        await _try(town, person.email, _address(n))
    assert (await _try(town, person.email, _address(99), PASSWORD)).status_code == 429
    assert (await _try(town, person.email, home, PASSWORD)).status_code == 200


async def test_login_when_an_address_tries_many_accounts_then_it_is_stopped(town: Any) -> None:
    attacker = _address(4)
    codes = [(await _try(town, f"{uuid4().hex}@example.com", attacker)).status_code for _ in range(101)]
    assert codes == [401] * 100 + [429]


async def test_login_when_it_succeeds_then_its_failures_are_forgotten(town: Any) -> None:
    person, home = await town.owner(), _address(5)
    for _ in range(2):
        for _ in range(8):
            await _try(town, person.email, home)
        assert (await _try(town, person.email, home, PASSWORD)).status_code == 200
