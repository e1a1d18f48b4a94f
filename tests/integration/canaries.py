"""Looks for secrets where none belong: as text, in hexadecimal, in base64 and in a URL's escapes."""

import base64
import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import redis
from aos_local.backing.valkey import url as valkey_url
from aos_local.backing.valkey_acl import ADMIN
from aos_local.provision import in_database
from aos_local.secrets import SecretStore
from aos_local.stack.ports import PortBook
from aos_local.valkey_users import secret_name
from psycopg import sql

DATABASES = ("autonomos", "autonomos_lake")
Secrets = dict[str, str]


def spellings(secret: str) -> set[bytes]:
    """Every way in which the secret may be written down."""
    plain = secret.encode()
    found = {plain, plain.hex().encode(), quote(secret, safe="").encode()}
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + plain)
        # The first and the last characters depend on the neighbours.
        found.add(coded[4 if shift else 0 : -4])
        found.add(coded[4 if shift else 0 : -4].replace(b"+", b"-").replace(b"/", b"_"))
    return found


def own_secrets(home: Path) -> Secrets:
    """Return the platform's own: every file of its secrets, of a key in PEM one line from its middle."""
    found = {}
    for file in (home / "secrets").iterdir():
        lines = [line for line in file.read_text().split() if line]
        if lines:
            found[f"secrets/{file.name}"] = max(lines[len(lines) // 2 :], key=len)
    return found


def in_bytes(where: str, data: Any, secrets: Secrets) -> list[str]:
    """Return "name in where" for each secret that the bytes hold."""
    held = (name for name, secret in secrets.items() if any(data.find(one) >= 0 for one in spellings(secret)))
    return [f"{name} in {where}" for name in held]


def in_files(files: Iterable[Path], secrets: Secrets) -> list[str]:
    """Return what the files hold; one that goes meanwhile holds nothing."""
    found: list[str] = []
    for file in files:
        try:
            if file.is_file() and file.stat().st_size:
                with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    found += in_bytes(str(file), data, secrets)
        except FileNotFoundError:
            continue
    return found


def in_tables(admin_url: str, secrets: Secrets) -> list[str]:
    """Return what any row of any table holds, read as the superuser."""
    found: list[str] = []
    for database in DATABASES:
        with psycopg.connect(in_database(admin_url, database), autocommit=True) as admin:
            tables = admin.execute(
                "SELECT schemaname, tablename FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            ).fetchall()
            for schema, table in tables:
                rows = admin.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, table)))
                text = "\n".join(row for (row,) in rows).encode()
                found += in_bytes(f"{database}.{schema}.{table}", text, secrets)
    return found


def in_valkey(stack: Any, secrets: Secrets) -> list[str]:
    """Return what any key, value or entry of a stream holds."""
    home = stack.platform.settings.home
    port = PortBook(home.run / "ports.json").remembered("valkey")
    password = SecretStore(home.secrets).password(secret_name(ADMIN))
    with redis.Redis.from_url(valkey_url(port, password, ADMIN)) as valkey:
        found: list[str] = []
        for key in valkey.scan_iter(count=1000):
            found += in_bytes(f"valkey {key!r}", b"\n".join(_parts(valkey, key)), secrets)
    return found


def _parts(valkey: Any, key: bytes) -> Iterator[bytes]:
    yield key
    kind = valkey.type(key)
    if kind == b"stream":
        for number, entry in valkey.xrange(key):
            yield number
            for pair in entry.items():
                yield from pair
    elif kind == b"string":
        yield valkey.get(key) or b""
    else:
        yield valkey.dump(key) or b""


def in_gateway(stack: Any, secrets: Secrets) -> list[str]:
    """Return what the gateway tells its administrator."""
    socket = stack.platform.settings.home.sockets / "envoy-admin.sock"
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://envoy", timeout=30) as admin:
        pages = {page: admin.get(page) for page in ("/stats", "/stats/prometheus", "/config_dump", "/clusters")}
    assert all(page.status_code == 200 for page in pages.values())
    return [hit for name, page in pages.items() for hit in in_bytes(f"envoy {name}", page.content, secrets)]
