ARG BASE_IMAGE=autonomos-base
# The tag comes with the argument.
# hadolint ignore=DL3006
FROM ${BASE_IMAGE}
USER 0:0
COPY .tools/images/nlp-gateway.lock /packages/nlp-gateway.lock
RUN --mount=type=cache,target=/tmp/.cache/pip \
    PYTHONPATH="$(echo /usr/local/lib/python3*/ensurepip/_bundled/pip-*.whl)" \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /packages/nlp-gateway.lock \
 && find /packages -mindepth 2 -type d -name tests -prune -exec rm -r {} + \
 && find /packages -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name model.safetensors \) -delete \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /packages \
 && rm -r /usr/local/lib/python3*/ensurepip
COPY proto/gen/autonomos /app/autonomos
COPY libs/common/src/aos_common /app/aos_common
COPY libs/access/src/aos_access /app/aos_access
COPY libs/embeddings/src/aos_embeddings /app/aos_embeddings
COPY services/nlp-gateway/src/nlp_gateway /app/nlp_gateway
COPY services/nlp-gateway/migrations /app/nlp_gateway/migrations
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/autonomos /app/aos_common /app/aos_access /app/aos_embeddings /app/nlp_gateway
EXPOSE 8080 9090
USER 10001:10001
ENTRYPOINT ["python3", "-m", "nlp_gateway"]
CMD ["serve"]
