ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG BASE_IMAGE=autonomos-base
FROM ${PYTHON_IMAGE} AS packages
COPY .tools/images/aoa.lock /lock
RUN python3 -m pip install --no-cache-dir --no-compile --no-deps --require-hashes --target /packages -r /lock
COPY proto/gen/autonomos /packages/autonomos
COPY libs/common/src/aos_common /packages/aos_common
COPY libs/access/src/aos_access /packages/aos_access
COPY services/aoa/src/aoa /packages/aoa
COPY services/aoa/migrations /packages/aoa/migrations
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /packages

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
COPY --from=packages /packages /app
EXPOSE 8080 9090
USER 10001:10001
ENTRYPOINT ["python3", "-m", "aoa"]
CMD ["serve"]
