"""Ways to get in with a token that must not: the same list is driven at the gateway, the verifier and each service.

Sources: RFC 8725 (JWT best current practices), RFC 9068 (access tokens), RFC 7515 §4.1 and the tricks that are known of
JWT libraries. What needs the issuer's own signature is signed with it: a wall must not trust the one before it.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

__all__ = ["Attack", "Forge", "attacks"]

ISSUER = "https://identity.autonomos.local"
AUDIENCE = "autonomos"
_TENANT = "0190a0a0-0000-7000-8000-0000000000aa"

Json = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """One request: `headers` as they go over the wire, `query` behind the path, and the only statuses that are right.

    `token` is set where the attack lies in the token alone, so that it can be given to a verifier directly.
    """

    name: str
    headers: tuple[tuple[bytes, bytes], ...]
    query: str = ""
    statuses: frozenset[int] = frozenset({401})
    token: str | None = None


class Forge:
    """Signs anything with the issuer's key, or with one of the attacker's own."""

    def __init__(self, key: rsa.RSAPrivateKey, kid: str, issuer: str = ISSUER, audience: str = AUDIENCE) -> None:
        self.key, self.kid, self.issuer, self.audience = key, kid, issuer, audience
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def header(self, **changes: Any) -> Json:
        """A good header, changed; None removes."""
        return _without_none({"alg": "RS256", "typ": "at+jwt", "kid": self.kid, **changes})

    def claims(self, **changes: Any) -> Json:
        """Good claims, changed; None removes."""
        now = int(time.time())
        good = {"iss": self.issuer, "aud": self.audience, "sub": "user-1", "tenant_id": _TENANT, "roles": ["owner"]}
        return _without_none({**good, "jti": str(uuid4()), "iat": now, "exp": now + 300, **changes})

    def token(self, tenant_id: UUID | str = _TENANT) -> str:
        """A token with nothing wrong."""
        return self.sign(self.header(), self.claims(tenant_id=str(tenant_id)))

    def sign(self, header: Json | bytes, claims: Json | bytes, key: rsa.RSAPrivateKey | None = None) -> str:
        """RS256 by the issuer (default) or another key; bytes go in as they are."""
        return self.joined(header, claims, lambda text: _rs256(key or self.key, text))

    def joined(self, header: Json | bytes, claims: Json | bytes, signature: Callable[[bytes], bytes]) -> str:
        """The compact form with any signature."""
        text = f"{_part(header)}.{_part(claims)}"
        return f"{text}.{_b64(signature(text.encode()))}"


def attacks(key: rsa.RSAPrivateKey, kid: str, issuer: str = ISSUER, audience: str = AUDIENCE) -> list[Attack]:
    """Return every attack for an issuer that publishes `key` as `kid`; names are unique."""
    forge = Forge(key, kid, issuer, audience)
    groups = (_algorithms, _key_references, _types, _times, _parties, _tenants, _roles, _json_tricks, _spellings)
    tokens = [(name, token) for group in groups for name, token in group(forge)]
    return [*(_bearer(name, token) for name, token in tokens), *_carriers(forge)]


def _bearer(name: str, token: str) -> Attack:
    too_long = len(token) > 8192
    # A header beyond a server's limit ends before anything reads it.
    statuses = frozenset({400, 401, 413, 431}) if too_long else frozenset({401})
    return Attack(name, ((b"authorization", f"Bearer {token}".encode()),), statuses=statuses, token=token)


def _algorithms(forge: Forge) -> Iterator[tuple[str, str]]:
    """Another algorithm than the one that was agreed on (RFC 8725 §2.1)."""
    public = forge.key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    claims = forge.claims()
    for spelling in ("none", "None", "NONE", "nOnE", ""):
        yield f"alg '{spelling}' without a signature", forge.joined(forge.header(alg=spelling), claims, lambda _: b"")
    good = forge.token().rsplit(".", 1)[1]
    unsigned = f"{_part(forge.header(alg='none'))}.{_part(claims)}"
    yield "alg none with a signature from elsewhere", f"{unsigned}.{good}"
    for name, secret in (("PEM", pem), ("PEM without its last newline", pem.rstrip()), ("DER", der), ("empty", b"")):
        token = forge.joined(forge.header(alg="HS256"), claims, _hs256(secret))
        yield f"HS256 with the public key as secret ({name})", token
    yield "HS256 labelled RS256", forge.joined(forge.header(), claims, _hs256(pem))
    curve = ec.generate_private_key(ec.SECP256R1())
    yield "ES256 by the attacker", forge.joined(forge.header(alg="ES256"), claims, _es256(curve))
    yield "ES256 with zeros for a signature", forge.joined(forge.header(alg="ES256"), claims, lambda _: bytes(64))
    edwards = ed25519.Ed25519PrivateKey.generate()
    yield "EdDSA by the attacker", forge.joined(forge.header(alg="EdDSA"), claims, edwards.sign)
    sha512 = lambda text: forge.key.sign(text, padding.PKCS1v15(), hashes.SHA512())  # noqa: E731  a one-off
    yield "RS512 by the issuer's key", forge.joined(forge.header(alg="RS512"), claims, sha512)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    probabilistic = lambda text: forge.key.sign(text, pss, hashes.SHA256())  # noqa: E731  a one-off
    yield "PS256 by the issuer's key", forge.joined(forge.header(alg="PS256"), claims, probabilistic)
    yield "alg in lower case", forge.sign(forge.header(alg="rs256"), claims)
    yield "alg missing", forge.sign(forge.header(alg=None), claims)
    yield "alg as a list", forge.sign(forge.header(alg=["RS256"]), claims)
    yield "alg named twice", forge.sign(_twice(forge.header(), "alg", "none"), claims, forge.stranger)


def _key_references(forge: Forge) -> Iterator[tuple[str, str]]:
    """The token says itself which key to trust (RFC 8725 §3.10), or names one that does not exist."""
    claims, stranger = forge.claims(), forge.stranger
    numbers = stranger.public_key().public_numbers()
    jwk = {"kty": "RSA", "kid": forge.kid, "n": _b64(_integer(numbers.n)), "e": "AQAB", "alg": "RS256", "use": "sig"}
    evil = "https://attacker.example/keys.json"
    embedded: list[Json] = [{"jwk": jwk}, {"jku": evil}, {"x5u": evil}, {"x5c": [_b64(b"certificate")]}]
    embedded += [{**one, "kid": "attacker"} for one in embedded]
    for more in embedded:
        yield (
            f"attacker's key with {' and '.join(more)} in the header",
            forge.sign(forge.header(**more), claims, stranger),
        )
    yield "attacker's key under the issuer's kid", forge.sign(forge.header(), claims, stranger)
    wrong: tuple[Any, ...] = (
        *("", "unknown", "../../../../dev/null", "/proc/self/environ", "' OR '1'='1", "| id", f"{forge.kid}\x00"),
        *(f" {forge.kid}", forge.kid.upper() + "X", "k" * 2000, "https://attacker.example/k", 0, True, [forge.kid]),
        {"kid": forge.kid},
    )
    for kid in wrong:
        yield f"kid {str(kid)[:30]!r} ({type(kid).__name__})", forge.sign(forge.header(kid=kid), claims)
    yield "kid missing", forge.sign(forge.header(kid=None), claims)


def _types(forge: Forge) -> Iterator[tuple[str, str]]:
    """Another kind of token of the same issuer (RFC 8725 §3.11), or one that asks for what is not understood."""
    claims = forge.claims()
    kinds: tuple[Any, ...] = (
        "JWT",
        "id+jwt",
        "refresh",
        "at+JWT",
        "at+jwt ",
        "jwt+at",
        "logout+jwt",
        "",
        1,
        ["at+jwt"],
    )
    for typ in kinds:
        yield f"typ {typ!r}", forge.sign(forge.header(typ=typ), claims)
    yield "typ missing", forge.sign(forge.header(typ=None), claims)
    criticals: tuple[Any, ...] = (["exp"], ["b64"], ["https://attacker.example/x"], [], "exp", {})
    for crit in criticals:
        yield f"crit {crit!r}", forge.sign(forge.header(crit=crit), claims)
    inner = forge.token()
    yield "nested token", forge.sign(forge.header(cty="JWT"), inner.encode())
    yield (
        "encrypted token (JWE)",
        f"{_part({'alg': 'RSA-OAEP', 'enc': 'A256GCM', 'typ': 'at+jwt'})}.AAAA.AAAA.AAAA.AAAA",
    )
    yield "detached payload (b64 false)", f"{_part(forge.header(b64=False, crit=['b64']))}..{inner.rsplit('.', 1)[1]}"


def _times(forge: Forge) -> Iterator[tuple[str, str]]:
    """Not valid now, or never said for how long."""
    now = int(time.time())
    soon = now + 300
    wrong: dict[str, tuple[Any, ...]] = {
        # The leeway is 5 s, and no token is issued for longer than 15 minutes.
        "exp": (None, now - 8, 1, 0, -1, str(soon), [soon], {"at": soon}, True, 2**70, now + 86_400, 2**53),
        "nbf": (now + 280, str(now), [now], 2**70),
        "iat": (None, str(now), -5, [now]),
    }
    yield from _changed(forge, wrong)
    for literal in ("NaN", "Infinity", "1e400"):
        claims = json.dumps(forge.claims(exp=0)).replace('"exp": 0', f'"exp": {literal}').encode()
        yield f"exp {literal}", forge.sign(forge.header(), claims)


def _parties(forge: Forge) -> Iterator[tuple[str, str]]:
    """Issued by somebody else, or for somebody else."""
    iss, aud = forge.issuer, forge.audience
    wrong: dict[str, tuple[Any, ...]] = {
        "iss": (
            None,
            "",
            "https://attacker.example",
            f"{iss}/",
            f"{iss}.attacker.example",
            iss.upper(),
            [iss],
            {"iss": iss},
        ),
        "aud": (
            None,
            "",
            "another-product",
            aud.upper(),
            f"{aud} ",
            [],
            ["another-product", f"{aud}-test"],
            {aud: True},
        ),
        "sub": (None, "", 7, ["user-1"]),
        "jti": (None, 7),
    }
    yield from _changed(forge, wrong)


def _changed(forge: Forge, wrong: dict[str, tuple[Any, ...]]) -> Iterator[tuple[str, str]]:
    """One token for each wrong value of each claim; None leaves the claim out."""
    for claim, values in wrong.items():
        for value in values:
            name = f"{claim} missing" if value is None else f"{claim} {value!r} ({type(value).__name__})"
            yield name, forge.sign(forge.header(), forge.claims(**{claim: value}))


def _tenants(forge: Forge) -> Iterator[tuple[str, str]]:
    """No tenant, more than one, or one in a spelling of which two walls could think differently."""
    wrong: tuple[Any, ...] = (
        *("", "acme", "*", _TENANT.upper(), f"{{{_TENANT}}}", f"urn:uuid:{_TENANT}", _TENANT.replace("-", "")),
        *(f"{_TENANT},{uuid4()}", f"{_TENANT} ", f"{_TENANT}\n", f"{_TENANT}\x00", f"{_TENANT}' OR '1'='1"),
        *([_TENANT], [], {"id": _TENANT}, 0, True, _TENANT.replace("0", "\u0660")),
    )
    yield from _changed(forge, {"tenant_id": (None, *wrong)})
    null = json.dumps(forge.claims(tenant_id="?")).replace('"?"', "null").encode()
    yield "tenant_id null", forge.sign(forge.header(), null)


def _roles(forge: Forge) -> Iterator[tuple[str, str]]:
    """Roles that nobody has, or in another shape than a list of names."""
    lists: tuple[Any, ...] = ([], [""], ["root"], ["OWNER"], ["owner "], [["owner"]], [1], [True])
    yield from _changed(forge, {"roles": (None, "owner", "owner,admin", {"owner": True}, *lists)})


def _json_tricks(forge: Forge) -> Iterator[tuple[str, str]]:
    """Text that two JSON parsers read differently, or that is no object at all."""
    claims = json.dumps(forge.claims()).encode()
    broken = (b"[]", b"null", b'"owner"', b"1", b"", b"{", b"{}", claims + b"}", claims + b"{}", b"/**/" + claims)
    recoded = (b"\xef\xbb\xbf" + claims, b"\xff" + claims, claims.decode().encode("utf-16"))
    for body in (*broken, *recoded):
        yield f"claims {body[:12]!r}…{body[-3:]!r}", forge.sign(forge.header(), body)
    for head in (b"[]", b"null", b"", b"{", b'"RS256"'):
        yield f"header {head!r}", forge.sign(head, claims)
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    yield "claims nested 5,000 deep", forge.sign(forge.header(), deep)


def _spellings(forge: Forge) -> Iterator[tuple[str, str]]:
    """A good token that was cut, stretched, mixed or written differently."""
    good = forge.token()
    head, body, signature = good.split(".")
    other = forge.token(uuid4()).split(".")
    raw = _unb64(signature)
    numbers = forge.key.public_key().public_numbers()
    beyond = int.from_bytes(raw, "big") + numbers.n
    yield from (
        ("signature stripped", f"{head}.{body}."),
        ("signature and its dot stripped", f"{head}.{body}"),
        ("signature cut", f"{head}.{body}.{signature[:-8]}"),
        ("signature of another token", f"{head}.{body}.{other[2]}"),
        ("body of another token", f"{head}.{other[1]}.{signature}"),
        ("one bit of the signature turned", f"{head}.{body}.{_b64(bytes([raw[0] ^ 1]) + raw[1:])}"),
        ("signature with a zero before", f"{head}.{body}.{_b64(bytes(1) + raw)}"),
        ("signature with a byte behind", f"{head}.{body}.{_b64(raw + bytes(1))}"),
        ("signature beyond the modulus", f"{head}.{body}.{_b64(_integer(beyond))}"),
        ("signature of zeros", f"{head}.{body}.{_b64(bytes(256))}"),
        ("signature of ones", f"{head}.{body}.{_b64((1).to_bytes(256, 'big'))}"),
        ("padded with =", f"{head}.{body}.{signature}=="),
        ("header padded with =", f"{head}=.{body}.{signature}"),
        ("standard base64 of another alphabet", f"{head}.{body}.+/{signature[2:]}"),
        ("percent-encoded dots", good.replace(".", "%2e")),
        ("a fourth part", f"{good}.{signature}"),
        ("a dot in front", f".{good}"),
        ("a dot behind", f"{good}."),
        ("two dots", f"{head}..{body}.{signature}"),
        ("space within", f"{head}. {body}.{signature}"),
        ("space in the signature", f"{head}.{body}.{signature[:100]} {signature[100:]}"),
        ("tab in the signature", f"{head}.{body}.{signature[:100]}\t{signature[100:]}"),
        ("junk in the signature", f"{head}.{body}.{signature[:100]}!{signature[100:]}"),
        ("junk behind", f"{good}!"),
        ("junk in front", f"!{good}"),
        ("quoted", f'"{good}"'),
        ("semicolon and parameter behind", f"{good};role=owner"),
        ("comma and another token behind", f"{good},{'.'.join(other)}"),
        ("space and another token behind", f"{good} {'.'.join(other)}"),
        ("fullwidth dots", good.replace(".", "\uff0e")),
        ("zero-width space", f"{head}\u200b.{body}.{signature}"),
        ("base64 of the whole", _b64(good.encode())),
        ("header written anew", f"{_b64(_unb64(head).replace(b',', b' ,'))}.{body}.{signature}"),
        ("only dots", ".."),
        ("garbage", "x.y.z"),
        ("empty", ""),
        ("JSON serialisation", json.dumps({"payload": body, "protected": head, "signature": signature})),
        ("claims of 9 kB", forge.sign(forge.header(), forge.claims(more="x" * 9000), forge.stranger)),
        ("claims of 40 kB", forge.sign(forge.header(), forge.claims(more="x" * 40_000))),
    )


def _carriers(forge: Forge) -> Iterator[Attack]:
    """A good token in a place where none is read, or beside another."""
    good, other = forge.token().encode(), forge.token(uuid4()).encode()
    bearer, second = b"Bearer " + good, b"Bearer " + other
    yield Attack("no token", ())
    schemes = (
        b"Basic ",
        b"Token ",
        b"JWT ",
        b"Bearer=",
        b"Bearer:",
        b"Bearer",
        b"",
        b"Digest Bearer ",
        b"Bearer, Bearer ",
    )
    for scheme in schemes:
        yield Attack(f"scheme {scheme.decode()!r}", ((b"authorization", scheme + good),))
    for name, value in (
        ("two spaces", b"Bearer  " + good),
        ("a tab", b"Bearer\t" + good),
        ("a colon", b"Bearer: " + good),
    ):
        yield Attack(f"scheme and token with {name} between", ((b"authorization", value),))
    refused = frozenset({400, 401})
    beside = (
        ("two tokens of two tenants", bearer, second),
        ("a good token before garbage", bearer, b"Bearer x.y.z"),
        ("garbage before a good token", b"Bearer x.y.z", bearer),
        ("Basic before a good token", b"Basic dXNlcjpwYXNz", bearer),
        ("the same token twice", bearer, bearer),
    )
    for name, first, then in beside:
        yield Attack(f"two headers: {name}", ((b"authorization", first), (b"authorization", then)), statuses=refused)
    places = (b"proxy-authorization", b"x-authorization", b"x-forwarded-authorization", b"x-access-token", b"x-api-key")
    for place in (*places, b"sec-websocket-protocol", b"www-authenticate", b"authentication"):
        value = b"bearer." + good if place.startswith(b"sec") else bearer
        yield Attack(f"token in {place.decode()}", ((place, value),))
    for cookie in (b"access_token", b"authorization", b"Authorization", b"token", b"session"):
        yield Attack(f"token in the cookie {cookie.decode()}", ((b"cookie", cookie + b"=" + good),))
    for parameter in ("access_token", "token", "jwt", "authorization", "bearer"):
        yield Attack(f"token in the query as {parameter}", (), query=f"?{parameter}={good.decode()}")


def _twice(document: Json, key: str, value: Any) -> bytes:
    """JSON that names a key a second time."""
    return (json.dumps(document)[:-1] + f", {json.dumps(key)}: {json.dumps(value)}}}").encode()


def _without_none(document: Json) -> Json:
    return {key: value for key, value in document.items() if value is not None}


def _part(document: Json | bytes) -> str:
    return _b64(document if isinstance(document, bytes) else json.dumps(document).encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _integer(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _rs256(key: rsa.RSAPrivateKey, text: bytes) -> bytes:
    return key.sign(text, padding.PKCS1v15(), hashes.SHA256())


def _hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda text: hmac.new(secret, text, hashlib.sha256).digest()


def _es256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    def sign(text: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign
