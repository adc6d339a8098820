# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements-uv.lock requirements.lock ./
RUN python -m venv /opt/masthead \
    && /opt/masthead/bin/pip install --no-cache-dir --require-hashes -r requirements-uv.lock \
    && VIRTUAL_ENV=/opt/masthead /opt/masthead/bin/uv pip install --require-hashes -r requirements.lock \
    && /opt/masthead/bin/pip uninstall --yes uv

FROM python:3.13-slim
RUN groupadd --gid 10001 masthead \
    && useradd --uid 10001 --gid masthead --home-dir /srv/masthead --create-home --shell /usr/sbin/nologin masthead
COPY --from=build /opt/masthead /opt/masthead
WORKDIR /srv/masthead
COPY --chown=root:root alembic.ini ./
COPY --chown=root:root app ./app
COPY --chown=root:root migrations ./migrations
RUN mkdir var && chown masthead:masthead var
ENV PATH=/opt/masthead/bin:$PATH \
    PYTHONPATH=/srv/masthead \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MASTHEAD_ENV=production
USER masthead
VOLUME /srv/masthead/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
CMD ["sh", "-c", "python -m app migrate && exec python -m app serve --host 0.0.0.0 --port 8000"]
