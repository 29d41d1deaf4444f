# The service as an image: `shimin` with its dependencies, each by its hash, and nobody's tools. It runs as nobody in particular, writes
# nothing but to /tmp, and ends within ten seconds of SIGTERM. Pin the base to a digest of your own registry's.
ARG PYTHON=python:3.12-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements/build.txt requirements/main.txt requirements/
RUN python -m venv /tools && /tools/bin/pip install --quiet --require-hashes -r requirements/build.txt \
 && python -m venv /opt/shimin && /opt/shimin/bin/pip install --quiet --require-hashes -r requirements/main.txt
COPY pyproject.toml README.md ./
COPY bot bot
COPY handlers handlers
COPY models models
COPY scheduler scheduler
COPY sandbox sandbox
COPY locales locales
RUN /tools/bin/hatchling build --target wheel --directory /wheels \
 && /opt/shimin/bin/pip install --quiet --no-deps /wheels/*.whl \
 && /opt/shimin/bin/python -m compileall -q /opt/shimin/lib

FROM ${PYTHON}
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin shimin
COPY --from=build /opt/shimin /opt/shimin
ENV PATH=/opt/shimin/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /tmp
STOPSIGNAL SIGTERM
ENTRYPOINT ["shimin"]
CMD ["--help"]
