"""Which encoding a text file is in, judged over the whole file and never guessed per line."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from aos_common.tabular.errors import BrokenGzip, MixedEncoding
from aos_common.tabular.model import place
from aos_common.tabular.unpacking import refuse_bomb

CHUNK = 4 << 20
SAMPLE = 64 << 10
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LEGACY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859_2", "iso8859_15", "koi8_r", "cp437", "cp850"]


@dataclass(frozen=True)
class TextScan:
    """What one pass over the bytes tells: encoding, size, first text, and the last byte that is not a line end."""

    encoding: str
    size: int
    head: bytes
    last_byte: bytes


@contextmanager
def open_raw(path: Path, *, gzipped: bool) -> Iterator[tuple[IO[bytes], BinaryIO]]:
    """The file's bytes, decompressed when it is gzip, and the file as it lies."""
    with path.open("rb") as packed:
        if not gzipped:
            yield packed, packed
            return
        with gzip.GzipFile(fileobj=packed, mode="rb") as stream:
            yield cast(IO[bytes], stream), packed


def raw_chunks(path: Path, *, gzipped: bool, size: int = CHUNK) -> Iterator[bytes]:
    """Pieces of the decompressed file.

    Raises `BrokenGzip` with the offset reached when the stream is damaged, `UnpacksTooLarge` when it is a bomb.
    """
    offset = 0
    with open_raw(path, gzipped=gzipped) as (stream, packed):
        while True:
            try:
                chunk = stream.read(size)
            except (OSError, EOFError, zlib.error) as error:
                raise BrokenGzip(
                    f"{place(path)}: the gzip stream is damaged after {offset} decompressed bytes ({error}).",
                    hint="Copy or export the file again; check it with `gzip -t`.",
                    file=place(path),
                    offset=str(offset),
                ) from error
            if not chunk:
                return
            offset += len(chunk)
            if gzipped:
                refuse_bomb(place(path), packed.tell(), offset)
            yield chunk


def scan_text(path: Path, *, gzipped: bool, encoding: str = "") -> TextScan:
    """Reads the file once and, unless `encoding` is given, decides it: UTF-8, UTF-16, or one legacy single-byte one.

    A legacy encoding is accepted only when the file holds no valid multi-byte UTF-8 sequence besides the invalid
    bytes; a file with both raises `MixedEncoding`.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    head, size, last = b"", 0, b""
    bad_at = -1
    for chunk in raw_chunks(path, gzipped=gzipped):
        head = head or chunk[:SAMPLE]
        if size == 0 and chunk[:2] in UTF16_MARKS and not encoding:
            return TextScan("utf-16", path.stat().st_size, head, b"")
        last = chunk.rstrip(b"\r\n \t")[-1:] or last
        pending = len(decoder.getstate()[0])
        if not encoding and bad_at < 0 and (pending or not chunk.isascii()):
            bad_at = _first_invalid(decoder, chunk, size - pending)
        size += len(chunk)
    if bad_at < 0 and decoder.getstate()[0]:
        bad_at = size - len(decoder.getstate()[0])
    found = encoding or ("utf-8" if bad_at < 0 else _legacy(path, gzipped, bad_at))
    return TextScan(found, size, head, b"" if found.startswith("utf-16") else last)


def _first_invalid(decoder: codecs.IncrementalDecoder, chunk: bytes, base: int) -> int:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        return base + error.start
    return -1


def _legacy(path: Path, gzipped: bool, bad_at: int) -> str:
    sample, carry, offset = bytearray(), b"", 0
    for chunk in raw_chunks(path, gzipped=gzipped):
        window = carry + chunk
        if MULTIBYTE.search(window):
            _raise_mixed(path, gzipped, bad_at)
        if len(sample) < SAMPLE:
            sample += b"\n".join(line for line in window.split(b"\n") if not line.isascii())[: SAMPLE - len(sample)]
        carry, offset = chunk[-3:], offset + len(chunk)
    from charset_normalizer import from_bytes  # noqa: PLC0415  most files are UTF-8 and never need its tables

    matches = from_bytes(bytes(sample), cp_isolation=LEGACY)
    best = matches.best()
    if best is None or "cp1252" in best.could_be_from_charset:
        return "cp1252" if _decodes(bytes(sample), "cp1252") else "latin-1"
    return best.encoding


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _raise_mixed(path: Path, gzipped: bool, bad_at: int) -> None:
    record, line, value = _locate(path, gzipped, bad_at)
    raise MixedEncoding(
        f"{place(path)}: record {record} (line {line}, byte offset {bad_at}) holds byte 0x{value:02x}, which is not "
        "UTF-8, while other records of the same file are UTF-8. No single encoding reads it right.",
        hint="Export the file again as UTF-8, or convert the records that are not UTF-8; if the whole file is in one "
        "older encoding, name it in the `encoding` option (for example cp1252).",
        file=place(path),
        record=str(record),
        offset=str(bad_at),
    )


def _locate(path: Path, gzipped: bool, offset: int) -> tuple[int, int, int]:
    """Record number (header excluded, line ends inside double quotes not counted), line number and byte at `offset`."""
    seen, lines, records, quoted = 0, 1, 0, False
    for chunk in raw_chunks(path, gzipped=gzipped):
        part = chunk[: offset - seen]
        lines += part.count(b"\n")
        pieces = part.split(b'"')
        for index, piece in enumerate(pieces):
            if index:
                quoted = not quoted
            if not quoted:
                records += piece.count(b"\n")
        if seen + len(chunk) > offset:
            return records, lines, chunk[offset - seen]
        seen += len(chunk)
    return records, lines, 0
