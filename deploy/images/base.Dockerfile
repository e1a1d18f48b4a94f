# What runs Python services: an interpreter, an unprivileged user, no package manager for Python.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
FROM ${PYTHON_IMAGE}
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN python3 -m pip --version \
 && rm -rf /usr/local/lib/python3*/site-packages/{pip,setuptools,wheel}* /usr/local/bin/{pip,idle,2to3,pydoc}* \
      /usr/lib/python3/dist-packages/{pip,setuptools,wheel}* /usr/bin/pip* /usr/share/python-wheels \
 && find / -xdev -perm /6000 -type f -exec chmod a-s {} + \
 && groupadd --gid 10001 autonomos \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin autonomos
ENV PYTHONPATH=/app \
    PATH=/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONSAFEPATH=1 \
    LANG=C.UTF-8 \
    HOME=/tmp
WORKDIR /tmp
USER 10001:10001
