"""Files, honest ones and hostile ones, read in a child process."""

import io
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable

import docx
import pytest
from nlp_gateway.adapters.knowledge.parser import ChildParser
from nlp_gateway.adapters.knowledge.parsing.reader import File, read_file
from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.errors import ContentRefused, ParserFailed
from nlp_gateway.domain.knowledge.media import CSV, DOCX, HTML, MARKDOWN, PDF, TEXT, media_type_of

MIB = 1024 * 1024


def pdf(*pages: str, stream: bytes | None = None) -> bytes:
    """A PDF written by hand: one page a text."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, text in enumerate(pages):
        drawn = stream if stream is not None else f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
        content = zlib.compress(drawn, 9)
        page = f"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * number} 0 R>>"
        objects.append(page.encode())
        head = f"<</Length {len(content)}/Filter/FlateDecode>>stream\n".encode()
        objects.append(head + content + b"\nendstream")
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return bytes(out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF".encode())


def word(fill: Callable[[docx.document.Document], None]) -> bytes:
    document = docx.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_markdown_when_read_then_marks_are_gone_and_headings_stay() -> None:
    text = b"# A *guide*\n\nSee [docs](http://x) and `code`.\n\n## Limits\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    parsed = read_file(File(text, MARKDOWN))
    assert parsed.title == "A guide"
    assert parsed.blocks == (
        Block(("A guide",), "See docs and code."),
        Block(("A guide", "Limits"), "1 | 2", "a | b"),
    )


def test_html_when_read_then_scripts_and_navigation_are_gone() -> None:
    page = b"""<!doctype html><title>Page</title><nav>menu</nav><script>alert(1)</script><style>p{}</style>
        <main>loose <b>text</b>
        <h1>One</h1><p>First<p>Second <i>one</i><table><tr><th>k<th>v<tr><td>a<td>1</table></main>"""
    parsed = read_file(File(page, HTML))
    assert parsed.title == "Page"
    assert parsed.blocks == (
        Block((), "loose text"),
        Block(("One",), "First"),
        Block(("One",), "Second one"),
        Block(("One",), "a | 1", "k | v"),
    )


def test_docx_when_read_then_headings_paragraphs_and_tables_come_in_order() -> None:
    def fill(document: docx.document.Document) -> None:
        document.add_heading("Handbook", 1)
        document.add_paragraph("First.")
        table = document.add_table(2, 2)
        for row, cells in zip(table.rows, (("k", "v"), ("a", "1")), strict=True):
            row.cells[0].text, row.cells[1].text = cells
        document.add_paragraph("Last.")

    assert read_file(File(word(fill), DOCX)).blocks == (
        Block(("Handbook",), "First."),
        Block(("Handbook",), "a | 1", "k | v"),
        Block(("Handbook",), "Last."),
    )


def test_pdf_when_read_then_each_page_is_named() -> None:
    assert read_file(File(pdf("Hello world", "Second"), PDF)).blocks == (
        Block(("Page 1",), "Hello world"),
        Block(("Page 2",), "Second"),
    )


@pytest.mark.parametrize("content", [b"name;price\nant;1\nbee;2\n", b"name,price\r\nant,1\r\nbee,2\r\n"])
def test_csv_when_read_then_the_header_stands_above_the_rows(content: bytes) -> None:
    assert read_file(File(content, CSV)).blocks == (Block((), "ant | 1\nbee | 2", "name | price"),)


@pytest.mark.parametrize(
    ("declared", "name", "content", "expected"),
    [
        ("", "a.md", b"# x", MARKDOWN),
        ("text/plain; charset=utf-8", "a.md", b"# x", TEXT),
        ("", "", b"<!DOCTYPE html><p>x", HTML),
        ("", "", b"words", TEXT),
        ("application/octet-stream", "report.txt", b"%PDF-1.7", None),
        ("", "x.bin", b"\x00\x01", None),
        ("", "a.csv", "é,ü\n1,2".encode("utf-16"), CSV),
        ("text/csv", "", b"a\xff", None),
        ("application/zip", "", b"PK\x03\x04", None),
        ("", "a.docx", b"no archive", None),
    ],
)
def test_media_type_when_content_and_name_speak_then_the_content_has_the_last_word(
    declared: str, name: str, content: bytes, expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(ContentRefused) as refusal:
            media_type_of(declared, name, content)
        assert refusal.value.hint
    else:
        assert media_type_of(declared, name, content) == expected


@pytest.mark.parametrize(
    ("content", "media_type", "says"),
    [
        (archive(word__document=b"x"), DOCX, "no Word document"),
        (archive(**{"word/document.xml": b" " * (120 * MIB)}), DOCX, "unpacks to"),
        (archive(**{"word/document.xml": b"<not xml"}), DOCX, "damaged"),
        (b"PK\x03\x04" + b"\x00" * 100, DOCX, "damaged"),
        (b"%PDF-1.7 nothing", PDF, "damaged"),
        (pdf("")[:-200], PDF, ""),
        (pdf(""), PDF, "no text"),
        (b"x," * 2_000 + b"\n1", CSV, "columns"),
        (b'a,b\n"' + b"x" * 200_000, CSV, "cannot be read"),
        (b"words \n" * 400_000, TEXT, "more than 2,000,000"),
        (b"<div>" * 10_000, HTML, "no text"),
        (b"> " * 5_000, MARKDOWN, "no text"),
        (b"\n\n\n", TEXT, "no text"),
    ],
    ids=range(13),
)
def test_file_when_damaged_or_too_much_then_it_is_refused_by_name(content: bytes, media_type: str, says: str) -> None:
    with pytest.raises(ContentRefused) as refusal:
        read_file(File(content, media_type))
    assert says in refusal.value.message
    assert refusal.value.hint


def test_docx_when_it_names_entities_or_files_then_none_is_opened() -> None:
    text = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY a "aaaa">'
        b'<!ENTITY b "&a;&a;&a;&a;">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b"<w:body><w:p><w:r><w:t>before &f;&b; after</w:t></w:r></w:p></w:body></w:document>"
    )
    with zipfile.ZipFile(io.BytesIO(word(lambda document: None))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parsed = read_file(File(archive(**{**parts, "word/document.xml": text}), DOCX))
    [block] = parsed.blocks
    assert block.text.startswith("before")
    with open("/etc/hostname") as file:
        assert file.read().strip() not in block.text


@pytest.fixture
async def parser() -> AsyncIterator[ChildParser]:
    parser = ChildParser(seconds=8, memory_mb=768)
    yield parser
    await parser.close()


async def test_child_when_a_file_wants_more_time_or_memory_then_it_is_refused_and_the_next_is_read(
    parser: ChildParser,
) -> None:
    bomb = pdf("x", stream=b" " * (200 * MIB))
    endless = pdf("x", stream=b"BT /F1 12 Tf " + b"(a) Tj 1 0 Td " * 3_000_000)
    for hostile in (bomb, endless):
        with pytest.raises((ParserFailed, ContentRefused)) as refusal:
            await parser.parse(hostile, PDF)
        assert refusal.value.hint
    assert (await parser.parse(b"Fine.", TEXT)).blocks == (Block((), "Fine."),)
