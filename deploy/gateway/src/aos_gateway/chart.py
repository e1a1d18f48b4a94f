"""`python -m aos_gateway.chart -o FILE`: the configuration as the Helm chart carries it.

What an installation chooses stands in it as template expressions, which the chart fills in from its values. The
configuration is built twice, without and with a receiver of spans; what the second adds stands in a condition.
"""

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from aos_gateway.envoy_config import build
from aos_gateway.routes import CONSOLE, SERVICES
from aos_gateway.settings import Address, GatewaySettings, Rate, RateLimits, SettingsRefused

__all__ = ["render"]

PUBLIC_PORT, HTTP_PORT, GRPC_PORT, ADMIN_PORT = 8080, 8080, 9090, 9901
_RECEIVER = "otlp.placeholder"
_OWN_ORIGIN = "https://own.placeholder"
_ISSUER, _AUDIENCE = "https://issuer.placeholder", "audience.placeholder"
_NUMBERS = {
    "trustedProxies": 918_001,
    "rates.tenant.perSecond": 918_101,
    "rates.tenant.burst": 918_102,
    "rates.writes.perSecond": 918_103,
    "rates.writes.burst": 918_104,
    "rates.questions.perSecond": 918_105,
    "rates.questions.burst": 918_106,
    "rates.signIn.perSecond": 918_107,
    "rates.signIn.burst": 918_108,
}
"""Below `gateway` in the chart's values, each by a number that nothing else in the configuration has."""


def render() -> str:
    """Return the configuration as a Helm template; raises SettingsRefused when a placeholder is not where it was."""
    settings = _settings()
    traced = replace(settings, otlp_endpoint=f"http://{_RECEIVER}:4318/v1/traces", trace_sample=0.918_201)
    lines = _conditional(_lines(settings), _lines(traced))
    return _filled("\n".join(lines)) + "\n"


def _settings() -> GatewaySettings:
    services = {service: _host(service) for service in SERVICES}
    return GatewaySettings(
        listen=Address("0.0.0.0", PUBLIC_PORT),  # noqa: S104  inside a pod, behind a Service and a NetworkPolicy
        http={service: Address(host, HTTP_PORT) for service, host in {**services, CONSOLE: _host(CONSOLE)}.items()},
        grpc={service: Address(host, GRPC_PORT) for service, host in services.items()},
        jwks_url=f"http://{_host('identity')}:{HTTP_PORT}/.well-known/jwks.json",
        issuer=_ISSUER,
        audience=_AUDIENCE,
        admin=Address("127.0.0.1", ADMIN_PORT),
        own_origins=(_OWN_ORIGIN,),
        rates=RateLimits(_rate("tenant"), _rate("writes"), _rate("questions"), _rate("signIn")),
        trusted_proxies=_NUMBERS["trustedProxies"],
    )


def _host(service: str) -> str:
    return f"{service.replace('_', '-')}.placeholder"


def _rate(name: str) -> Rate:
    return Rate(_NUMBERS[f"rates.{name}.perSecond"], _NUMBERS[f"rates.{name}.burst"])


def _lines(settings: GatewaySettings) -> list[str]:
    # Flat where nothing is nested further: a ConfigMap holds 1 MiB, and a third of the usual form is indentation.
    text = yaml.dump(build(settings), Dumper=_Plain, sort_keys=False, width=10_000, default_flow_style=None, indent=1)
    return text.splitlines()


class _Plain(yaml.SafeDumper):
    """Writes equal parts out in full, for readers."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _conditional(without: Sequence[str], traced: Sequence[str]) -> list[str]:
    """Merge two configurations, of which the second only adds lines."""
    merged: list[str] = []
    for tag, begin, end, from_, until in difflib.SequenceMatcher(None, without, traced, autojunk=False).get_opcodes():
        if tag == "equal":
            merged += without[begin:end]
        elif tag == "insert":
            merged += ["{{- if .Values.telemetry.otlpEndpoint }}", *traced[from_:until], "{{- end }}"]
        else:
            raise SettingsRefused(f"tracing changes what is there without it: {without[begin:end]}")
    return merged


def _filled(text: str) -> str:
    expressions = {
        **{str(number): f"{{{{ .Values.gateway.{path} | int }}}}" for path, number in _NUMBERS.items()},
        re.escape(_OWN_ORIGIN): "{{ regexQuoteMeta .Values.publicUrl }}",
        _ISSUER: '{{ include "aos.issuer" . }}',
        _AUDIENCE: "{{ .Values.audience }}",
        f"http://{_RECEIVER}:4318/v1/traces": "{{ .Values.telemetry.otlpEndpoint }}",
        _RECEIVER: '{{ include "aos.otlpHost" . }}',
        "4318": '{{ include "aos.otlpPort" . }}',
        "91.8201": "{{ mulf .Values.telemetry.traceSample 100 }}",
    }
    for placeholder, expression in expressions.items():
        if placeholder not in text:
            raise SettingsRefused(f"the configuration has no place for {expression}")
        text = text.replace(placeholder, expression)
    return re.sub(r"([a-z-]+)\.placeholder", r'{{ include "aos.fullname" $ }}-\1', text)


def main(arguments: list[str] | None = None) -> int:
    """Write the chart's configuration."""
    parser = argparse.ArgumentParser(prog="python -m aos_gateway.chart", description=main.__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="file to write")
    parser.parse_args(arguments).output.write_text(render())
    return 0


if __name__ == "__main__":
    sys.exit(main())
