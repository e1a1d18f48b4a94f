# PostgreSQL, Valkey, Temporal and an S3 server, as the embedded platform runs them; to try the platform.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG TOOLS_IMAGE=autonomos-tools
FROM ${PYTHON_IMAGE} AS installer
RUN mkdir /installer \
 && cp -r "$(python3 -c 'import pip; print(pip.__path__[0])')" /installer/pip

# hadolint ignore=DL3006
FROM ${TOOLS_IMAGE}
USER 0:0
COPY .tools/images/evaluation.lock /packages/evaluation.lock
RUN --mount=type=bind,from=installer,source=/installer,target=/mnt \
    --mount=type=cache,target=/tmp/.cache/pip \
    PYTHONPATH=/mnt python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /packages/evaluation.lock \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /packages
VOLUME /var/lib/autonomos
USER 10001:10001
ENTRYPOINT ["python3", "-m"]
CMD ["aos_local.evaluation", "--help"]
