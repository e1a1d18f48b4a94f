import base64
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from aos_common.errors import DependencyUnavailable
from aos_common.secrets import (
    CredentialLocators,
    KeyRing,
    LocalKeys,
    LocatorRefused,
    SecretBox,
    SecretUnreadable,
    keys_from,
)
from aos_local.testing_walls import OpenBao, openbao
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLAIN = b'{"password": "canary-7f3a"}'
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(scope="module")
def bao() -> Iterator[OpenBao]:
    with openbao() as server:
        server.call("POST", "sys/mounts/transit", {"type": "transit"})
        yield server


def _transit(bao: OpenBao) -> tuple[str, SecretBox]:
    name = f"credentials-{uuid4().hex[:8]}"
    bao.call("POST", f"transit/keys/{name}")
    return name, SecretBox.from_setting(bao.url(f"transit/keys/{name}"))


def _format_1(key: bytes, bound_to: str) -> bytes:
    """As the releases before envelopes wrote it."""
    nonce = os.urandom(12)
    return b"\x01" + nonce + AESGCM(key).encrypt(nonce, PLAIN, bound_to.encode())


async def test_seal_when_opened_by_its_owner_then_is_the_same_and_never_in_the_clear() -> None:
    box = SecretBox(LocalKeys([OLD]))
    sealed = [await box.seal(PLAIN, "tenant|connection") for _ in range(2)]
    assert [await box.open(one, "tenant|connection") for one in sealed] == [PLAIN, PLAIN]
    assert sealed[0] != sealed[1]
    assert b"canary" not in sealed[0]


@pytest.mark.parametrize("owner", ["tenant|another", "another|connection", "", "tenant|connection|1"])
async def test_open_when_moved_to_another_owner_then_is_refused(owner: str) -> None:
    box = SecretBox(LocalKeys([OLD]))
    with pytest.raises(SecretUnreadable):
        await box.open(await box.seal(PLAIN, "tenant|connection"), owner)


async def test_open_when_any_byte_differs_then_is_refused() -> None:
    box = SecretBox(LocalKeys([OLD]))
    sealed = await box.seal(PLAIN, "tenant|connection")
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises(SecretUnreadable):
            await box.open(bytes(damaged), "tenant|connection")
    for length in range(len(sealed)):
        with pytest.raises(SecretUnreadable):
            await box.open(sealed[:length], "tenant|connection")


async def test_open_when_the_row_has_format_1_then_opens_and_is_rewrapped_to_an_envelope() -> None:
    box = SecretBox(LocalKeys([OLD, NEW]))
    sealed = _format_1(OLD, "tenant|connection")
    assert await box.open(sealed, "tenant|connection") == PLAIN
    again = await box.rewrapped(sealed, "tenant|connection")
    assert again is not None
    assert await SecretBox(LocalKeys([NEW])).open(again, "tenant|connection") == PLAIN
    with pytest.raises(SecretUnreadable):
        await box.open(_format_1(OLD, "other|connection"), "tenant|connection")


async def test_rewrapped_when_a_key_was_added_then_the_old_one_can_be_destroyed() -> None:
    sealed = await SecretBox(LocalKeys([OLD])).seal(PLAIN, "t|c")
    both = SecretBox(LocalKeys([OLD, NEW]))
    assert await both.open(sealed, "t|c") == PLAIN
    again = await both.rewrapped(sealed, "t|c")
    assert again is not None
    assert await both.rewrapped(again, "t|c") is None
    assert await SecretBox(LocalKeys([NEW])).open(again, "t|c") == PLAIN
    with pytest.raises(SecretUnreadable):
        await SecretBox(LocalKeys([OLD])).open(again, "t|c")


async def test_transit_when_the_key_is_rotated_then_old_envelopes_open_and_are_rewrapped(bao: OpenBao) -> None:
    name, box = _transit(bao)
    sealed = await box.seal(PLAIN, "t|c")
    assert await box.open(sealed, "t|c") == PLAIN
    with pytest.raises(SecretUnreadable):
        await box.open(sealed, "t|other")
    assert await box.rewrapped(sealed, "t|c") is None
    bao.call("POST", f"transit/keys/{name}/rotate")
    again = await box.rewrapped(sealed, "t|c")
    assert again is not None
    bao.call("POST", f"transit/keys/{name}/config", {"min_decryption_version": 2})
    assert await box.open(again, "t|c") == PLAIN
    with pytest.raises(SecretUnreadable):
        await box.open(sealed, "t|c")
    await box.close()


async def test_key_ring_when_moving_from_a_file_to_a_vault_then_both_open(bao: OpenBao, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(base64.b64encode(OLD).decode())
    filed = await SecretBox.from_setting(key.as_uri()).seal(PLAIN, "t|c")
    name, vault = _transit(bao)
    setting = f"{bao.url(f'transit/keys/{name}')},{key.as_uri()}"
    assert isinstance(keys_from(setting), KeyRing)
    box = SecretBox.from_setting(setting)
    assert await box.open(filed, "t|c") == PLAIN
    assert await box.open(_format_1(OLD, "t|c"), "t|c") == PLAIN
    moved = await box.rewrapped(filed, "t|c")
    assert moved is not None
    assert await vault.open(moved, "t|c") == PLAIN
    for one in (box, vault):
        await one.close()


async def test_transit_when_the_token_is_refused_or_nobody_answers_then_says_unavailable(
    bao: OpenBao, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("wrong")
    for url in (
        f"vault+{bao.address}/transit/keys/x?token_file={token}",
        f"vault+http://127.0.0.1:1/transit/keys/x?token_file={token}",
        f"vault+{bao.address}/transit/keys/x?token_file={tmp_path}/missing",
    ):
        box = SecretBox.from_setting(url)
        with pytest.raises(DependencyUnavailable):
            await box.seal(PLAIN, "t|c")
        await box.close()


def test_keys_when_the_environment_names_them_then_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEYS", f"{base64.b64encode(OLD).decode()}\n{base64.b64encode(NEW).decode()}\n")
    assert isinstance(keys_from("env:MY_KEYS"), LocalKeys)


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "env:AOS_NO_SUCH_KEYS",
        "secret",
        "https://vault/transit/keys/a",
        "vault+http://vault.example/transit/keys/a?token_file=/t",
        "vault+https://vault.example/transit/keys/a",
        "vault+https://token@vault.example/transit/keys/a?token_file=/t",
        "vault+https://vault.example/transit/a?token_file=/t",
    ],
)
def test_keys_when_the_setting_cannot_be_used_then_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=r"key|vault"):
        keys_from(setting)


async def test_locator_when_it_names_the_tenants_own_secret_then_only_that_is_read(bao: OpenBao) -> None:
    mine, other = uuid4(), uuid4()
    for tenant, word in ((mine, "mine"), (other, "theirs")):
        bao.call("POST", f"secret/data/tenants/{tenant}/crm/reader", {"data": {"password": word}})
    bao.call("POST", "secret/data/platform", {"data": {"password": "the platform's"}})
    locators = CredentialLocators(bao.url("secret/data/tenants/{tenant}"))
    assert await locators.resolve(mine, "vault:crm/reader#password") == "mine"
    assert await locators.resolve(other, "vault:crm/reader#password") == "theirs"
    for locator in (
        f"vault:../{other}/crm/reader#password",
        f"vault:crm/../../{other}/crm/reader#password",
        f"vault:/{other}/crm/reader#password",
        "vault:..%2f..%2fplatform#password",
        "vault:crm/reader?version=1#password",
        "vault:crm/reader#missing",
        "vault:nothing#password",
        "vault:crm//reader#password",
    ):
        with pytest.raises(LocatorRefused):
            await locators.resolve(mine, locator)
    await locators.close()


@pytest.mark.parametrize(
    "locator", ["env:HOME", "env:AOS_DATABASE_URL", "file:///etc/passwd", "consent:x", "vault:", "x"]
)
async def test_locator_when_it_points_at_the_platform_then_is_refused_whatever_is_set(
    bao: OpenBao, locator: str
) -> None:
    locators = CredentialLocators(bao.url("secret/data/tenants/{tenant}"))
    with pytest.raises(LocatorRefused):
        await locators.resolve(uuid4(), locator)
    await locators.close()


async def test_locators_when_there_is_no_vault_or_tenants_would_share_a_path_then_are_refused(bao: OpenBao) -> None:
    with pytest.raises(LocatorRefused, match="no vault"):
        await CredentialLocators().resolve(uuid4(), "vault:crm#password")
    with pytest.raises(ValueError, match="tenant"):
        CredentialLocators(bao.url("secret/data/shared"))
