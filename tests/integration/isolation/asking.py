"""Requests for any door: a filled path and a body that passes validation, made from what the service says of itself."""

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from aos_access.doors import Door, Live
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor

from tests.integration.contract import rpc_services

PASSWORD = "a password for tests"
# What validates and does nothing: places that do not exist, tickets that nobody was given.
VALUES: dict[str, Any] = {
    "tenant_name": "Stranger",
    "password": "9f#kW2 correct horse stables",
    "new_password": "9f#kW2 correct horse stables",
    "roles": ["viewer"],
    "connector": "files",
    "settings": {"path": "/nowhere/at/all"},
    "location": "/nowhere/at/all",
    "entries": [{"name": "x", "connector": "files", "settings": {"path": "/nowhere/at/all"}}],
    "issuer": "https://127.0.0.1:1",
    "measures": [{"op": "count", "name": "n", "column": ""}],
    "columns": [],
    "agent": "finops",
    "persona": "cfo",
    "question": "how many accounts do we have?",
    "grain": "",
    "comparison": "",
    "order": "",
    "days": 1,
    "state": "",
    "stage": "",
    "cron": "0 3 * * *",
    "timezone": "UTC",
    "every_seconds": 86_400,
    "bearer_token": "x",
    "url": "https://127.0.0.1:1",
}


class NoValue(AssertionError):
    """A door names something that the tests do not know."""


@dataclass(frozen=True)
class Ask:
    """One request. `path` has its query; `said` is everything in it that an answer may repeat."""

    door: Door
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = None
    message: bytes = b""

    def with_headers(self, *more: tuple[str, str]) -> "Ask":
        """The same with further headers."""
        return replace(self, headers=(*self.headers, *more))

    @property
    def said(self) -> str:
        """Return everything that was sent, in lower case."""
        return f"{self.path} {self.headers} {json.dumps(self.json)} {self.message.decode('latin-1')}".lower()


@dataclass
class Asking:
    """Knows each service's OpenAPI document (`documents`) and the ids to name (`ids`, by parameter)."""

    documents: dict[str, Any]
    ids: dict[str, str]
    email: str = ""

    def ask(self, door: Door) -> Ask:
        """Return a request for a door."""
        if door.rpc:
            return Ask(door, f"/{door.rpc}", message=self._message(door))
        path = self._path(door)
        schema = self._schema(door)
        return Ask(door, path, json=self._example(door.service, schema, "") if schema else None)

    def _id(self, service: str, name: str, door: Door) -> str:
        found = self.ids.get(f"{service}.{name}", self.ids.get(name))
        if found is None:
            raise NoValue(f"the test knows no id for {name!r} of {door.name}: add one to `plant` in owner.py")
        return found

    def _path(self, door: Door) -> str:
        parts = []
        for part in door.path.replace("=**}", "}").split("/"):
            named = part.startswith("{")
            parts.append(quote(self._id(door.service, part[1:-1], door)) if named else part)
        return "/".join(parts)

    def _schema(self, door: Door) -> Any:
        live = door.live is not Live.NO and door.method == "GET"
        if live or door.name not in self._operations(door.service):
            return None
        content = self._operations(door.service)[door.name].get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def _operations(self, service: str) -> dict[str, Any]:
        paths = self.documents[service]["paths"]
        return {f"{method.upper()} {path}": found for path, of in paths.items() for method, found in of.items()}

    def _example(self, service: str, schema: Any, name: str) -> Any:
        """Return a small instance: required properties, and whatever names something of a tenant's."""
        if "$ref" in schema:
            found = self.documents[service]["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            return self._example(service, found, name)
        if name == "email":
            return self.email or f"{uuid4().hex}@example.com"
        if name in VALUES or name in self.ids:
            return VALUES.get(name, self.ids.get(name))
        if "anyOf" in schema:
            return self._example(service, schema["anyOf"][0], name)
        return self._of_type(service, schema, name)

    def _of_type(self, service: str, schema: Any, name: str) -> Any:
        if schema.get("type") == "object":
            properties = schema.get("properties", {})
            wanted = {*schema.get("required", ())} | {key for key in properties if self._names(key)}
            return {key: self._example(service, of, key) for key, of in properties.items() if key in wanted}
        if schema.get("type") == "array":
            return [self.ids[name.removesuffix("s")]] if self._names(name) else []
        return {"string": f"x{uuid4().hex[:8]}", "boolean": True, "integer": 1, "number": 1.0}[schema["type"]]

    def _names(self, key: str) -> bool:
        return key.endswith("_ids") and key.removesuffix("s") in self.ids

    def _message(self, door: Door) -> bytes:
        service, _, method = door.rpc.partition("/")
        request = rpc_services()[service].methods_by_name[method].input_type
        message = message_factory.GetMessageClass(request)()
        for one in request.fields:
            self._fill(door, message, one)
        return bytes(message.SerializeToString())

    def _fill(self, door: Door, message: Any, one: FieldDescriptor) -> None:
        single = one.name.removesuffix("s")
        repeated = one.is_repeated
        if one.name == "request_id" or one.type == FieldDescriptor.TYPE_BYTES:
            return
        if one.name.endswith("_id"):
            setattr(message, one.name, self._id(door.service, one.name, door))
        elif one.name.endswith("_ids"):
            getattr(message, one.name).append(self._id(door.service, single, door))
        elif one.name in ("stream", "view", "metric"):
            setattr(message, one.name, self.ids[one.name])
        elif one.name == "measures":
            getattr(message, one.name).add(op="count", name="n")
        elif one.name == "credential":
            message.credential.bearer_token = "x"
        elif one.name == "entries":
            getattr(message, one.name).add(name=f"x{uuid4().hex[:8]}", connector="files")
        elif one.name == "email":
            setattr(message, one.name, self.email or f"{uuid4().hex}@example.com")
        elif one.name == "settings":
            getattr(message, one.name).update(VALUES["settings"])
        elif one.type == FieldDescriptor.TYPE_STRING and not repeated and one.name != "page_token":
            known = VALUES.get(one.name)
            setattr(message, one.name, known if isinstance(known, str) else f"x{uuid4().hex[:8]}")
