ARG BASE_IMAGE=autonomos-base
# The tag comes with the argument.
# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
USER 0:0
COPY .tools/images/aod.lock /packages/aod.lock
RUN --mount=type=cache,target=/tmp/.cache/pip \
    PYTHONPATH="$(echo /usr/local/lib/python3*/ensurepip/_bundled/pip-*.whl)" \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /packages/aod.lock \
 && find /packages -mindepth 2 -type d -name tests -prune -exec rm -r {} + \
 && find /packages -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name model.safetensors \) -delete \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /packages \
 && rm -r /usr/local/lib/python3*/ensurepip
COPY proto/gen/autonomos /app/autonomos
COPY libs/common/src/aos_common /app/aos_common
COPY libs/access/src/aos_access /app/aos_access
COPY services/aod/src/aod /app/aod
COPY services/aod/migrations /app/aod/migrations
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/autonomos /app/aos_common /app/aos_access /app/aod
EXPOSE 8080 9090
USER 10001:10001
ENTRYPOINT ["python3", "-m", "aod"]
CMD ["serve"]
