"""What a file is: by what it begins with, then by what was said of it, then by its name."""

from pathlib import PurePosixPath

from nlp_gateway.domain.knowledge.errors import ContentRefused

__all__ = ["CSV", "DOCX", "HTML", "MARKDOWN", "MEDIA_TYPES", "PDF", "TEXT", "TITLED", "media_type_of", "text_of"]

MARKDOWN, TEXT, HTML, CSV = "text/markdown", "text/plain", "text/html", "text/csv"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = (MARKDOWN, TEXT, HTML, PDF, DOCX, CSV)
TITLED = (MARKDOWN, HTML)
"""Whose own titles are better names than those of their files."""
_ENDINGS = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".txt": TEXT,
    ".text": TEXT,
    ".log": TEXT,
    ".html": HTML,
    ".htm": HTML,
    ".csv": CSV,
    ".tsv": CSV,
    ".pdf": PDF,
    ".docx": DOCX,
}
_UNTOLD = ("", "application/octet-stream", "application/x-www-form-urlencoded")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SUPPORTED = "Markdown, plain text, HTML, PDF, DOCX and CSV are read."


def media_type_of(declared: str, name: str, content: bytes) -> str:
    """Return one of MEDIA_TYPES; raises ContentRefused where content and what is said of it disagree."""
    said = declared.partition(";")[0].strip().lower()
    if said in _UNTOLD:
        said = _ENDINGS.get(PurePosixPath(name).suffix.lower(), "")
    if said and said not in MEDIA_TYPES:
        raise ContentRefused(f"Files of type {said} are not read.", hint=_SUPPORTED)
    found = _by_content(content)
    if found in (PDF, DOCX) or said in (PDF, DOCX):
        if said and said != found:
            raise ContentRefused(f"The file says it is {said}, but its content is not.", hint="Send the file as it is.")
        return found
    text_of(content)
    return said or found


def text_of(content: bytes) -> str:
    """Decode a text file; raises ContentRefused for what is no text in UTF-8, or in UTF-16 with its mark."""
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise ContentRefused("The file is not text in UTF-8.", hint=f"Save it as UTF-8. {_SUPPORTED}") from None
    if "\x00" in text:
        raise ContentRefused("The file holds NUL characters, so it is not text.", hint=_SUPPORTED)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _by_content(content: bytes) -> str:
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return DOCX  # whether it is one shows when it is opened
    beginning = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return HTML if beginning.startswith((b"<!doctype html", b"<html")) else TEXT
