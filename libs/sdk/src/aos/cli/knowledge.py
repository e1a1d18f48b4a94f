"""`aos kb`: the knowledge base."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from aos.cli.output import POLL_SECONDS, AsJson, complain, say, show, signed_in, table_of, typed
from aos.client import Client
from aos.errors import AosError

kb = typer.Typer(help="The knowledge base: documents, and passages that answer questions.", no_args_is_help=True)
collections = typer.Typer(help="Sets of documents, and who may read them.", no_args_is_help=True)
kb.add_typer(collections, name="collections")

ENDINGS = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx", ".csv", ".tsv")
PLATFORM_DOCS = "platform docs"
_MANUALS = ("README.md", "GLOSSARY.md", "docs/**/*.md", "services/*/README.md")

Collection = Annotated[str, typer.Option(help="Name of a collection.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="May read it; repeat it. None: everybody may.")]
Users = Annotated[list[str] | None, typer.Option("--user", help="Id of a user that may read it; repeat it.")]


@kb.command()
def add(
    path: Annotated[str, typer.Argument(help="A file, a folder, or - for text from standard input.")] = "",
    collection: Collection = "",
    title: Annotated[str, typer.Option(help="What to call it; taken from the file when empty.")] = "",
    platform_docs: Annotated[
        bool, typer.Option("--platform-docs", help='The platform\'s own docs, into the collection "platform docs".')
    ] = False,
    wait: Annotated[bool, typer.Option(help="Until everything is read in.")] = True,
) -> None:
    """Add documents: Markdown, text, HTML, PDF, DOCX, CSV. What has changed replaces its old text."""
    if bool(path) == platform_docs:
        raise typer.BadParameter("Give a file, a folder, - or --platform-docs.", param_hint="PATH")
    with signed_in() as client:
        if platform_docs:
            sent = _send_all(client, _manuals(), PLATFORM_DOCS, "autonomos://docs/")
        elif path == "-":
            sent = [client.knowledge.add_text(sys.stdin.read(), collection=collection, title=title)]
        else:
            sent = _send_all(client, _files(Path(path)), collection, "file://", title)
        ended = [_ended(client, document["id"]) for document in sent] if wait else sent
    for document in ended:
        say(f"{document['title']}: {_progress(document)}")
    if any(document["state"] == "failed" for document in ended):
        raise typer.Exit(1)


@kb.command("list")
def list_documents(collection: Collection = "", as_json: AsJson = False) -> None:
    """List the documents that you may read, newest first."""
    with signed_in() as client:
        found = list(client.knowledge.list(collection))
    rows = [(one["id"], one["collection"], one["title"], _progress(one), one["source_uri"]) for one in found]
    columns = ("id", "collection", "title", "state", "source")
    show(found, as_json, lambda: table_of(columns, rows), "No documents yet. Add some: aos kb add FOLDER")


@kb.command("show")
def show_document(document_id: str, start: int = 0, end: int = 2000) -> None:
    """Show a document's stored text, from which personal data was taken out."""
    with signed_in() as client:
        document = client.knowledge.get(document_id)
        text = client.knowledge.text(document_id, start, end)
    say(f"{document['title']} ({document['collection']}): {_progress(document)}")
    say(text)
    if document["characters"] > end:
        say(f"… {document['characters']:,} characters in all; --start and --end show others.")


@kb.command()
def delete(document_id: str) -> None:
    """Delete a document, and everything that came of it."""
    with signed_in() as client:
        client.knowledge.delete(document_id)
    say("It is gone.")


@kb.command()
def search(
    question: Annotated[str, typer.Argument(help="In plain words.")],
    collection: Annotated[list[str] | None, typer.Option(help="Look in this one alone; repeat it.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Passages at most.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find the passages that answer a question best."""
    with signed_in() as client:
        found = client.knowledge.search(question, limit=limit, collections=collection or [])
    rows = [(" › ".join([one["title"], *one["headings"]]), one["text"], _place(one)) for one in found]
    show(found, as_json, lambda: table_of(("where", "what it says", "command"), rows), "Nothing is there to be found.")


@collections.command("list")
def list_collections(as_json: AsJson = False) -> None:
    """List the collections that you may read."""
    with signed_in() as client:
        found = client.knowledge.collections()
    rows = [
        (one["name"], one["documents"], ", ".join([*one["roles"], *one["subjects"]]) or "everybody") for one in found
    ]
    nothing = "No collections yet: the first document makes one."
    show(found, as_json, lambda: table_of(("collection", "documents", "who may read"), rows), nothing)


@collections.command()
def create(name: str, role: Roles = None, user: Users = None) -> None:
    """Add a collection."""
    with signed_in() as client:
        made = client.knowledge.create_collection(name, roles=role or [], subjects=user or [])
    say(f"Add documents to it: aos kb add FOLDER --collection {typed(made['name'])}")


@collections.command()
def access(name: str, role: Roles = None, user: Users = None) -> None:
    """Replace who may read a collection; without a role and a user, everybody may."""
    with signed_in() as client:
        changed = client.knowledge.set_access(_named(client, name), roles=role or [], subjects=user or [])
    say(f"{changed['name']}: {', '.join([*changed['roles'], *changed['subjects']]) or 'everybody'} may read it.")


@collections.command("delete")
def delete_collection(name: str) -> None:
    """Delete an empty collection."""
    with signed_in() as client:
        client.knowledge.delete_collection(_named(client, name))
    say("It is gone.")


def _named(client: Client, name: str) -> str:
    found = next((one["id"] for one in client.knowledge.collections() if one["name"] == name), None)
    if found is None:
        hint = "aos kb collections list shows those you may read."
        raise AosError("COLLECTION_NOT_FOUND", f"There is no collection {name!r} that you may read.", hint=hint)
    return str(found)


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """A file, or every file of a folder that can be read in; with the name it is known by."""
    if not path.exists():
        raise typer.BadParameter(f"There is no {path}.", param_hint="PATH")
    found = sorted(one for one in path.rglob("*") if one.suffix.lower() in ENDINGS) if path.is_dir() else [path]
    if not found:
        raise typer.BadParameter(f"{path} holds no {', '.join(ENDINGS)} files.", param_hint="PATH")
    yield from ((one, str(one.resolve())) for one in found)


def _manuals() -> Iterator[tuple[Path, str]]:
    above = (Path.cwd(), *Path.cwd().parents, *Path(__file__).resolve().parents)
    root = next((one for one in above if (one / "GLOSSARY.md").is_file() and (one / "services").is_dir()), None)
    if root is None:
        raise typer.BadParameter("Go to a checkout of the platform, which has them.", param_hint="--platform-docs")
    for pattern in _MANUALS:
        yield from ((one, one.relative_to(root).as_posix()) for one in sorted(root.glob(pattern)))


def _send_all(
    client: Client, files: Iterator[tuple[Path, str]], collection: str, scheme: str, title: str = ""
) -> list[Any]:
    """Send each file; what is there already, and what is refused, is told and does not stop the others."""
    sent = []
    for path, name in files:
        try:
            named = {"name": path.name, "collection": collection, "title": title, "source_uri": f"{scheme}{name}"}
            sent.append(_send(client, path.read_bytes(), named))
        except AosError as error:
            if error.reason == "DOCUMENT_EXISTS":
                say(f"{path.name}: there already.")
            elif error.reason == "CONTENT_REFUSED":
                complain(AosError(error.reason, f"{path.name}: {error.message}", hint=error.hint))
            else:
                raise
    return sent


def _send(client: Client, content: bytes, named: dict[str, str]) -> Any:
    """Send a file; while too many wait, wait with them."""
    while True:
        try:
            return client.knowledge.add(content, **named)
        except AosError as error:
            if error.reason != "TOO_MANY_DOCUMENTS":
                raise
        time.sleep(2)


def _ended(client: Client, document_id: str) -> Any:
    while True:
        document = client.knowledge.get(document_id)
        if document["state"] in ("ready", "failed"):
            return document
        time.sleep(POLL_SECONDS)


def _progress(document: Any) -> str:
    if document["state"] == "ingesting":
        return f"ingesting, {document['chunks_done']} of {document['chunks_total']} passages"
    if document["state"] == "ready":
        return f"ready, {document['chunks_total']} passages"
    return f"failed: {document['error']}" if document["state"] == "failed" else str(document["state"])


def _place(passage: Any) -> str:
    return f"aos kb show {passage['document_id']} --start {passage['start']} --end {passage['end']}"
