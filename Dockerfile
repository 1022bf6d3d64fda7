# syntax=docker/dockerfile:1

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# The locks first: a change of code alone leaves these layers as they are.
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/gateway \
    && /opt/gateway/bin/pip install --require-hashes --requirement requirements.lock
# The tools that build the wheel come from a lock too; they stay behind in this stage.
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --require-hashes --requirement requirements-dev.lock

COPY . .
RUN /opt/tools/bin/python -m build --wheel --no-isolation --outdir /dist \
    && /opt/gateway/bin/pip install --no-deps /dist/*.whl


FROM python:3.11-slim
LABEL org.opencontainers.image.title="ijw-gateway" \
      org.opencontainers.image.licenses="EUPL-1.2"

RUN useradd --system --uid 10001 --home-dir /var/lib/ijw-gateway --create-home gateway
COPY --from=build /opt/gateway /opt/gateway

ENV PATH=/opt/gateway/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    IJW_DATA_DIR=/var/lib/ijw-gateway \
    IJW_LOG_FORMAT=json

USER gateway
WORKDIR /var/lib/ijw-gateway
VOLUME /var/lib/ijw-gateway
EXPOSE 8080

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health/live', timeout=4)"]

ENTRYPOINT ["ijw-gateway"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
