"""What a process counts about itself, in Prometheus' text format at `/metrics` of its own HTTP port.

For inside alone: the gateway has no such route. No tenant is a label: their number has no bound, and whose they are is
nobody's business here.
"""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from aos_common import flow

__all__ = [
    "CONTENT_TYPE_LATEST",
    "dead_letters",
    "generate_latest",
    "jobs_oldest",
    "jobs_waiting",
    "loop_lag",
    "outbox_oldest",
    "outbox_waiting",
    "requests",
    "stream_lag",
    "stream_pending",
    "synced",
]

requests = Histogram(
    "aos_request_seconds",
    "Requests by route or RPC and status: how many, how long (RED).",
    ["side", "name", "status"],
    buckets=(0.005, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0),
)
loop_lag = Histogram(
    "aos_loop_lag_seconds", "How late the event loop woke.", buckets=(0.001, 0.005, 0.02, 0.05, 0.2, 1.0, 5.0)
)
outbox_waiting = Gauge("aos_outbox_waiting", "Events of this service that are not on their stream yet.")
outbox_oldest = Gauge("aos_outbox_oldest_seconds", "Age of the oldest of them.")
jobs_waiting = Gauge("aos_jobs_waiting", "Jobs of this service that are due and not running.")
jobs_oldest = Gauge("aos_jobs_oldest_seconds", "How long the longest of them has waited.")
stream_lag = Gauge("aos_stream_lag", "Entries a consumer group has not been given.", ["stream", "group"])
stream_pending = Gauge("aos_stream_pending", "Entries given and not acknowledged.", ["stream", "group"])
dead_letters = Counter("aos_dead_letters", "Entries this process has set aside.", ["group"])
synced = Gauge("aos_sync_last_success_seconds", "When this process last ended a sync well, in seconds since the epoch.")
Gauge("aos_flow_dropped", "Flow events of this process that nobody will see.").set_function(lambda: flow.buffer.dropped)
