# The service as an image: built from the lock with hashes, run as nobody in particular.
# Only /data is ever written, so the root file system may be read-only.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /venv
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# The packages of others first: they change seldom, and their layer is then kept.
COPY requirements.lock ./
RUN /venv/bin/pip install --require-hashes --only-binary :all: --requirement requirements.lock
COPY pyproject.toml README.md ./
COPY app app
COPY migrations migrations
RUN /venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin lead-router \
    && install --directory --owner=10001 --group=10001 --mode=0750 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LEADROUTER_DATABASE_URL=sqlite:////data/lead-router.db \
    LEADROUTER_HOST=0.0.0.0 \
    LEADROUTER_PORT=8000
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['LEADROUTER_PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["lead-router"]
CMD ["serve"]
