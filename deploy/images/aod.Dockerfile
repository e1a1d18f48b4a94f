ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG BASE_IMAGE=autonomos-base
FROM ${PYTHON_IMAGE} AS packages
COPY .tools/images/aod.lock /lock
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /lock \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /packages

FROM ${PYTHON_IMAGE} AS own
COPY proto/gen/autonomos /own/autonomos
COPY libs/common/src/aos_common /own/aos_common
COPY libs/access/src/aos_access /own/aos_access
COPY services/aod/src/aod /own/aod
COPY services/aod/migrations /own/aod/migrations
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /own

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
COPY --from=packages /packages /app
COPY --from=own /own /app
EXPOSE 8080 9090
USER 10001:10001
ENTRYPOINT ["python3", "-m", "aod"]
CMD ["serve"]
