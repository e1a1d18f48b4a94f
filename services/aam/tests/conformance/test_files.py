"""The files connector under the conformance kit: a folder, a bucket, a URL, and a group of files."""

import csv
import hashlib
import io
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from aam.adapters.conformance import CHECKS, Check, Subject
from aam.adapters.sources.files import FilesConnector
from aam.ports import Connector, Json
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders
from aos_local.testing import s3

HEADER = ["id", "name", "amount"]
Records = list[dict[str, str]]


def records() -> Records:
    return [{"id": f"{n}", "name": f'a, "b"\n{n}', "amount": f"{n}.50"} for n in range(500)]


def as_csv(rows: Sequence[Json]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


class Files(ABC):
    """A CSV file of 500 lines somewhere, read in batches of 4 KiB."""

    primary_key: tuple[str, ...] = ()
    stream = "deals.csv"
    secrets: Sequence[str] = ()
    batches, batch_bytes = 3, 4096
    sees_deletions = True

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.carriers: Json = {}
        self.connector: Connector = FilesConnector(
            AllowedFolders(folders), Egress("127.0.0.1"), batch_bytes=self.batch_bytes
        )
        self.settings: Json = {}
        self.wrong: Mapping[str, Json] = {}
        self._records = records()

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Store a file."""

    @abstractmethod
    def stored(self) -> list[bytes]:
        """What is there, and when it was put."""

    def write(self) -> None:
        self.put(self.stream, as_csv(self._records))

    def expected(self) -> Sequence[Json]:
        return self._records

    def change(self) -> Json:
        self._records[7] = {**self._records[7], "amount": "changed"}
        self.write()
        return self._records[7]

    def remove(self) -> Json:
        gone = self._records.pop()
        self.write()
        return gone

    def beyond(self, cursor: Json) -> Json:
        return {**cursor, "after": 1_000_000} if "after" in cursor else {}

    def content(self) -> str:
        return hashlib.sha256(b"".join(self.stored())).hexdigest()


class Folder(Files):
    """In a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__([folder])
        self._folder = folder
        self.settings = {"path": str(folder)}
        self.wrong = {
            "a folder that is not there": {"path": str(folder / "gone")},
            "a folder outside": {"path": "/"},
        }
        self.write()

    def put(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)

    def stored(self) -> list[bytes]:
        found = sorted(self._folder.iterdir())
        return [f"{path.name} {path.stat().st_mtime_ns}".encode() + path.read_bytes() for path in found]


class Group(Folder):
    """In a folder, as five files that are one stream."""

    stream = "deals"
    batches, batch_bytes = 10, 1024

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = {"path": str(folder), "streams": {"deals": "deals-*.csv"}}

    def write(self) -> None:
        for part in range(5):
            self.put(f"deals-{part}.csv", as_csv(self._records[part * 100 : part * 100 + 100]))

    def beyond(self, cursor: Json) -> Json:
        group = cursor["group"]
        at = [*group["at"][:4], 1_000_000] if group["at"] else []
        return {"group": {**group, "at": at}} if at else {}


class Bucket(Files):
    """In a bucket of a real S3 server."""

    def __init__(self, url: str, options: dict[str, str]) -> None:
        super().__init__()
        self._fs = fsspec.filesystem("s3", **options, use_listings_cache=False)
        self._root = f"{url.removeprefix('s3://')}/exports/of 2024+/ä"
        keys = {"endpoint": options["endpoint_url"], "access_key": options["key"], "secret_key": options["secret"]}
        self.secrets = [options["secret"]]
        self.settings = {"path": f"s3://{self._root}/", **keys}
        self.wrong = {
            "the secret key": {**self.settings, "secret_key": "not the secret"},
            "the bucket": {**self.settings, "path": "s3://no-such-bucket/x"},
            "the prefix": {**self.settings, "path": f"{url}/nothing/"},
            "a forbidden endpoint": {**self.settings, "endpoint": "http://169.254.169.254"},
            "a host that is not there": {**self.settings, "endpoint": "https://no.such.host.invalid"},
        }
        self.write()

    def put(self, name: str, data: bytes) -> None:
        self._fs.pipe(f"{self._root}/{name}", data)

    def stored(self) -> list[bytes]:
        names = sorted(self._fs.find(self._root))
        return [f"{name} {self._fs.info(name)['LastModified']}".encode() + self._fs.cat(name) for name in names]


class Web(Files):
    """Behind a URL that a token and a signature are needed for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.writes: list[bytes] = []
        subject = self

        class Handler(SimpleHTTPRequestHandler):
            def send_head(self) -> Any:
                allowed = self.headers.get("Authorization") == "Bearer geheim" and self.path.endswith("?sig=geheim-2")
                if not allowed:
                    self.send_error(401)
                    return None
                return super().send_head()

            def do_POST(self) -> None:
                subject.writes.append(self.path.encode())

            do_PUT = do_DELETE = do_PATCH = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.secrets = ["geheim", "geheim-2"]
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.settings = {"path": f"{base}/{self.stream}", "bearer_token": "geheim", "query": "sig=geheim-2"}
        self.wrong = {
            "the token": {**self.settings, "bearer_token": "wrong"},
            "the file": {**self.settings, "path": f"{base}/gone.csv"},
            "a forbidden address": {**self.settings, "path": "http://169.254.169.254/latest/meta-data.csv"},
            "a host that is not there": {**self.settings, "path": "https://no.such.host.invalid/a.csv"},
        }
        self.write()

    def put(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)

    def stored(self) -> list[bytes]:
        return [*self.writes, *(path.read_bytes() for path in sorted(self._folder.iterdir()))]


@pytest.fixture(scope="module", params=["folder", "group", "bucket", "url"])
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with ExitStack() as stack:
        match request.param:
            case "folder":
                yield Folder(tmp_path_factory.mktemp("files"))
            case "group":
                yield Group(tmp_path_factory.mktemp("files"))
            case "bucket":
                yield Bucket(*stack.enter_context(s3()))
            case _:
                web = Web(tmp_path_factory.mktemp("files"))
                threading.Thread(target=web.server.serve_forever, args=(0.05,)).start()
                yield web
                web.server.shutdown()
                web.server.server_close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_files_when_the_kit_asks_then_conforms(
    check: Check, subject: Subject, request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]
) -> None:
    name = f"files {request.node.callspec.id.partition('-')[0]}"
    record_property("conformance", (name, check.__name__, "fails"))
    record_property("conformance", (name, check.__name__, check(subject)))
