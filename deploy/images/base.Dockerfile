# What runs Python services: an interpreter, the packages all of them need, an unprivileged user.
# Packages come by the pip inside the interpreter's own ensurepip, which the last step of each image takes away.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
FROM ${PYTHON_IMAGE}
# No braces: podman builds with sh, whatever SHELL says.
RUN rm -rf /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/site-packages/setuptools* \
      /usr/local/lib/python3*/site-packages/wheel* /usr/lib/python3/dist-packages/pip* \
      /usr/lib/python3/dist-packages/setuptools* /usr/lib/python3/dist-packages/wheel* /usr/share/python-wheels \
      /usr/bin/pip* /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/2to3* /usr/local/bin/pydoc* \
 && find / -xdev -perm /6000 -type f -exec chmod a-s {} + \
 && groupadd --gid 10001 autonomos \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin autonomos
ENV PYTHONPATH=/app:/packages \
    PATH=/app/bin:/packages/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONSAFEPATH=1 \
    LANG=C.UTF-8 \
    HOME=/tmp
COPY .tools/images/base.lock /app/base.lock
RUN --mount=type=cache,target=/tmp/.cache/pip \
    PYTHONPATH="$(echo /usr/local/lib/python3*/ensurepip/_bundled/pip-*.whl)" \
    python3 -m pip install --no-compile --no-deps --require-hashes --target /app -r /app/base.lock \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /app
WORKDIR /tmp
USER 10001:10001
