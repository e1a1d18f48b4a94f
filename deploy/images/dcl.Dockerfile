ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG BASE_IMAGE=autonomos-base
FROM ${PYTHON_IMAGE} AS packages
COPY .tools/images/dcl.lock /lock
RUN python3 -m pip install --no-cache-dir --no-compile --no-deps --require-hashes --target /packages -r /lock
COPY proto/gen/autonomos /packages/autonomos
COPY libs/common/src/aos_common /packages/aos_common
COPY libs/access/src/aos_access /packages/aos_access
COPY libs/embeddings/src/aos_embeddings /packages/aos_embeddings
COPY services/dcl/src/dcl /packages/dcl
COPY services/dcl/migrations /packages/dcl/migrations
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /packages

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
COPY --from=packages /packages /app
EXPOSE 8080 9090
USER 10001:10001
ENTRYPOINT ["python3", "-m", "dcl"]
CMD ["serve"]
