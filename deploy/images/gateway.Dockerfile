# Envoy, and what a pod does before it is told to stop; the configuration is mounted at /etc/envoy.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG SYSTEM_IMAGE=debian:bookworm-20251117-slim
FROM ${PYTHON_IMAGE} AS packages
COPY .tools/images/gateway.lock /lock
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /lock

FROM ${SYSTEM_IMAGE}
RUN groupadd --gid 10001 autonomos \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin autonomos
COPY --from=packages /packages/envoy/_bin/envoy /usr/local/bin/envoy
COPY deploy/gateway/drain /usr/local/bin/drain
EXPOSE 8080
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["envoy", "-c", "/etc/envoy/envoy.yaml", "--disable-hot-restart", "-l", "warning", "--drain-time-s", "30"]
