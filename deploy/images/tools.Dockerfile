# What an installation needs beside its services: roles and schemas, users of Valkey, a look at the gateway.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG BASE_IMAGE=autonomos-base
FROM ${PYTHON_IMAGE} AS packages
COPY .tools/images/tools.lock /lock
RUN python3 -m pip install --no-cache-dir --no-compile --no-deps --require-hashes --target /packages -r /lock
COPY proto/gen/autonomos /packages/autonomos
COPY libs/common/src/aos_common /packages/aos_common
COPY libs/access/src/aos_access /packages/aos_access
COPY deploy/gateway/src/aos_gateway /packages/aos_gateway
COPY libs/local/src/aos_local /packages/aos_local
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /packages

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
COPY --from=packages /packages /app
USER 10001:10001
ENTRYPOINT ["python3", "-m"]
CMD ["aos_local.provision", "--help"]
