"""`python -m aos_gateway`: write the Envoy configuration for a set of upstreams."""

import argparse
import sys
from pathlib import Path

import yaml

from aos_gateway.envoy_config import build
from aos_gateway.routes import SERVICES
from aos_gateway.settings import Address, GatewaySettings, SettingsRefused


def main(arguments: list[str] | None = None) -> int:
    """Write the configuration; exit status 2 and one line on stderr when a setting cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        document = yaml.safe_dump(build(_settings(options)), sort_keys=False, width=120)
    except SettingsRefused as refusal:
        print(f"aos_gateway: {refusal}. See python -m aos_gateway --help", file=sys.stderr)
        return 2
    if options.output is None:
        print(document, end="")
    else:
        options.output.write_text(document)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m aos_gateway",
        description="Write the Envoy configuration of the gateway. Check it with: envoy --mode validate -c FILE",
    )
    upstream = f"one for each of {', '.join(SERVICES)}"
    parser.add_argument("--listen", default="0.0.0.0:8080", help="public address (default: %(default)s)")
    parser.add_argument("--http", action="append", default=[], metavar="SERVICE=HOST:PORT", help=upstream)
    parser.add_argument("--grpc", action="append", default=[], metavar="SERVICE=HOST:PORT", help="all but identity")
    parser.add_argument("--jwks-url", required=True, help="where identity publishes its keys")
    parser.add_argument("--issuer", required=True, help="the `iss` of tokens")
    parser.add_argument("--audience", default="autonomos", help="the `aud` of tokens (default: %(default)s)")
    parser.add_argument("--admin", help="loopback HOST:PORT, or a Unix socket's path (default: no admin interface)")
    parser.add_argument("--cors-origin", action="append", default=[], help="an exact origin browsers may call from")
    parser.add_argument("--max-connections", type=int, default=10_000, help="clients at once (default: %(default)s)")
    parser.add_argument("-o", "--output", type=Path, help="file to write (default: standard output)")
    return parser


def _settings(options: argparse.Namespace) -> GatewaySettings:
    return GatewaySettings(
        listen=Address.parse(options.listen),
        http=_upstreams(options.http),
        grpc=_upstreams(options.grpc),
        jwks_url=options.jwks_url,
        issuer=options.issuer,
        audience=options.audience,
        admin=_admin(options.admin),
        cors_origins=tuple(options.cors_origin),
        max_connections=options.max_connections,
    )


def _upstreams(pairs: list[str]) -> dict[str, Address]:
    upstreams = {}
    for pair in pairs:
        service, separator, address = pair.partition("=")
        if not separator or service not in SERVICES:
            raise SettingsRefused(f"'{pair}' is not SERVICE=HOST:PORT with a service of {', '.join(SERVICES)}")
        upstreams[service] = Address.parse(address)
    return upstreams


def _admin(text: str | None) -> Address | Path | None:
    if text is None:
        return None
    return Path(text) if text.startswith("/") else Address.parse(text)


if __name__ == "__main__":
    sys.exit(main())
