"""`python -m aos_gateway`: write the Envoy configuration for a set of upstreams."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aos_gateway.envoy_config import as_yaml, build
from aos_gateway.routes import CONSOLE, SERVICES
from aos_gateway.settings import (
    Address,
    GatewaySettings,
    InsideTls,
    Rate,
    RateLimits,
    ServerTls,
    SettingsRefused,
)


def main(arguments: list[str] | None = None) -> int:
    """Write the configuration; exit status 2 and one line on stderr when a setting cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        document = as_yaml(build(_settings(options)))
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
    upstream = f"one for each of {', '.join(SERVICES)}; {CONSOLE}, if this gateway serves the web console, too"
    parser.add_argument("--listen", default="0.0.0.0:8080", help="public address (default: %(default)s)")
    parser.add_argument("--http", action="append", default=[], metavar="SERVICE=HOST:PORT", help=upstream)
    parser.add_argument("--grpc", action="append", default=[], metavar="SERVICE=HOST:PORT", help="all but identity")
    parser.add_argument("--jwks-url", required=True, help="where identity publishes its keys")
    parser.add_argument("--issuer", required=True, help="the `iss` of tokens")
    parser.add_argument("--audience", default="autonomos", help="the `aud` of tokens (default: %(default)s)")
    parser.add_argument("--admin", help="loopback HOST:PORT, or a Unix socket's path (default: no admin interface)")
    parser.add_argument("--cors-origin", action="append", default=[], help="an exact origin browsers may call from")
    parser.add_argument("--own-origin", action="append", default=[], help="an origin under which browsers reach this")
    parser.add_argument("--max-connections", type=int, default=10_000, help="clients at once (default: %(default)s)")
    parser.add_argument("--trusted-proxies", type=int, default=0, help="proxies in front that set X-Forwarded-For")
    _add_rates(parser)
    _add_tls(parser)
    parser.add_argument("--otlp-endpoint", default="", help="OTLP/HTTP receiver of spans, http://host:port/v1/traces")
    parser.add_argument("--trace-sample", type=float, default=0.1, help="share of traces (default: %(default)s)")
    parser.add_argument("-o", "--output", type=Path, help="file to write (default: standard output)")
    return parser


def _add_rates(parser: argparse.ArgumentParser) -> None:
    limits = RateLimits()
    group = parser.add_argument_group(
        "rate limits",
        "requests per second and at once after a pause, as 200/400; each gateway process counts for itself",
    )
    for name, of in (
        ("tenant", "all requests of a tenant"),
        ("writes", "a tenant's requests that change something"),
        ("questions", "a tenant's questions by POST"),
        ("sign-in", "what an address may post without a token"),
    ):
        rate: Rate = getattr(limits, name.replace("-", "_"))
        shown = f"{of} (default: {rate.per_second}/{rate.burst})"
        group.add_argument(f"--rate-{name}", metavar="N/BURST", help=shown)
    group.add_argument("--rate-tracked", type=int, help=f"tenants told apart (default: {limits.tracked})")


def _add_tls(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("encryption", "PEM files on the gateway's machine")
    group.add_argument("--tls-cert", type=Path, help="certificate (with its chain) that clients see")
    group.add_argument("--tls-key", type=Path, help="its key")
    group.add_argument("--inside-cert", type=Path, help="certificate that the services see")
    group.add_argument("--inside-key", type=Path, help="its key")
    group.add_argument("--inside-ca", type=Path, help="authority that signed the services' certificates")


def _settings(options: argparse.Namespace) -> GatewaySettings:
    return GatewaySettings(
        listen=Address.parse(options.listen),
        http=_upstreams(options.http, (*SERVICES, CONSOLE)),
        grpc=_upstreams(options.grpc, SERVICES),
        jwks_url=options.jwks_url,
        issuer=options.issuer,
        audience=options.audience,
        admin=_admin(options.admin),
        cors_origins=tuple(options.cors_origin),
        own_origins=tuple(options.own_origin),
        max_connections=options.max_connections,
        trusted_proxies=options.trusted_proxies,
        otlp_endpoint=options.otlp_endpoint,
        trace_sample=options.trace_sample,
        rates=_rates(options),
        tls=_server_tls(options),
        inside=_inside_tls(options),
    )


def _rates(options: argparse.Namespace) -> RateLimits:
    default = RateLimits()

    def rate(name: str, otherwise: Rate) -> Rate:
        text = getattr(options, f"rate_{name}")
        return otherwise if text is None else Rate.parse(text)

    return RateLimits(
        tenant=rate("tenant", default.tenant),
        writes=rate("writes", default.writes),
        questions=rate("questions", default.questions),
        sign_in=rate("sign_in", default.sign_in),
        tracked=default.tracked if options.rate_tracked is None else options.rate_tracked,
    )


def _server_tls(options: argparse.Namespace) -> ServerTls | None:
    files = (options.tls_cert, options.tls_key)
    return ServerTls(*files) if _all_or_none(files, "--tls-cert and --tls-key") else None


def _inside_tls(options: argparse.Namespace) -> InsideTls | None:
    files = (options.inside_cert, options.inside_key, options.inside_ca)
    return InsideTls(*files) if _all_or_none(files, "--inside-cert, --inside-key and --inside-ca") else None


def _all_or_none(files: tuple[Path | None, ...], names: str) -> bool:
    if any(files) and not all(files):
        raise SettingsRefused(f"{names} belong together")
    return all(files)


def _upstreams(pairs: list[str], known: Sequence[str]) -> dict[str, Address]:
    upstreams = {}
    for pair in pairs:
        service, separator, address = pair.partition("=")
        if not separator or service not in known:
            raise SettingsRefused(f"'{pair}' is not SERVICE=HOST:PORT with a service of {', '.join(known)}")
        upstreams[service] = Address.parse(address)
    return upstreams


def _admin(text: str | None) -> Address | Path | None:
    if text is None:
        return None
    return Path(text) if text.startswith("/") else Address.parse(text)


if __name__ == "__main__":
    sys.exit(main())
