"""Logs and traces: structlog JSON on stderr, OpenTelemetry spans that cross HTTP, gRPC and streams."""

import logging
import sys
import traceback
from types import TracebackType

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBasedTraceIdRatio

from aos_common.redaction import ScrubbedExporter, ScrubbedFormatter, redact, scrub
from aos_common.settings import ServiceSettings

__all__ = ["configure"]


def _add_trace(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def _fatal(kind: type[BaseException], error: BaseException, trace_back: TracebackType | None) -> None:
    """Write the error that ends the process."""
    sys.stderr.write(scrub("".join(traceback.format_exception(kind, error, trace_back))))


def configure(service: str, settings: ServiceSettings) -> None:
    """Set up logs and traces of this process; call once, first."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ScrubbedFormatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _fatal
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "deployment.environment": settings.env}),
        # Whoever began a trace decided for all of it. Without an exporter a trace is only its id, which goes on
        # through calls, events and logs.
        sampler=ParentBasedTraceIdRatio(settings.trace_sample) if settings.otlp_endpoint else ALWAYS_OFF,
    )
    if settings.otlp_endpoint:
        exporter = ScrubbedExporter(OTLPSpanExporter(endpoint=settings.otlp_endpoint))
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
