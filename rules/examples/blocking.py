import asyncio
import subprocess
import time
import urllib.request
from pathlib import Path

import duckdb
import httpx
import psycopg
import requests


async def bad(path: Path) -> None:
    # ruleid: blocking-call-in-async
    time.sleep(1)
    # ruleid: blocking-call-in-async
    requests.get("https://example.com")
    # ruleid: blocking-call-in-async
    httpx.get("https://example.com")
    # ruleid: blocking-call-in-async
    urllib.request.urlopen("https://example.com")
    # ruleid: blocking-call-in-async
    subprocess.run(["true"])
    # ruleid: blocking-call-in-async
    psycopg.connect("")
    # ruleid: blocking-call-in-async
    duckdb.connect()
    # ruleid: blocking-call-in-async
    path.read_bytes()
    # ruleid: blocking-call-in-async
    with open(path) as file:
        file.read()


async def good(path: Path, client: httpx.AsyncClient) -> None:
    # ok: blocking-call-in-async
    await asyncio.sleep(1)
    # ok: blocking-call-in-async
    await client.get("https://example.com")
    # ok: blocking-call-in-async
    await asyncio.to_thread(subprocess.run, ["true"])
    # ok: blocking-call-in-async
    await asyncio.to_thread(path.read_bytes)


def also_good(path: Path) -> bytes:
    # ok: blocking-call-in-async
    time.sleep(1)
    # ok: blocking-call-in-async
    return path.read_bytes()
