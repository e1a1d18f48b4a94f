ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG BASE_IMAGE=autonomos-base
FROM ${PYTHON_IMAGE} AS installer
RUN mkdir /installer \
 && cp -r "$(python3 -c 'import pip; print(pip.__path__[0])')" /installer/pip

# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
USER 0:0
COPY .tools/images/aoa.lock /packages/aoa.lock
RUN --mount=type=bind,from=installer,source=/installer,target=/mnt \
    --mount=type=cache,target=/tmp/.cache/pip \
    PYTHONPATH=/mnt python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /packages/aoa.lock \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /packages
COPY proto/gen/autonomos /app/autonomos
COPY libs/common/src/aos_common /app/aos_common
COPY libs/access/src/aos_access /app/aos_access
COPY services/aoa/src/aoa /app/aoa
COPY services/aoa/migrations /app/aoa/migrations
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/autonomos /app/aos_common /app/aos_access /app/aoa
EXPOSE 8080 9090
USER 10001:10001
ENTRYPOINT ["python3", "-m", "aoa"]
CMD ["serve"]
