# The first stage builds, and is thrown away with its tools.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements-build.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-build.lock \
 && uv venv /opt/beacon \
 && uv pip install --no-cache --python /opt/beacon/bin/python --require-hashes --compile-bytecode -r requirements.lock
COPY pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY core core
COPY bot bot
RUN hatchling build -t wheel -d /tmp/wheel \
 && uv pip install --no-cache --python /opt/beacon/bin/python --no-deps --compile-bytecode /tmp/wheel/*.whl

FROM python:3.11-slim
# The package brings its own Chinese font; this one has the rarer hanzi.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin beacon \
 && install -d -o beacon -g beacon /data /workspace
COPY --from=build /opt/beacon /opt/beacon
ENV PATH=/opt/beacon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    BEACON_WORKSPACE=/workspace \
    BEACON_STORE_URL=sqlite+aiosqlite:////data/beacon.db \
    BEACON_HOST=0.0.0.0 \
    BEACON_PORT=8080
USER beacon
WORKDIR /workspace
VOLUME ["/data", "/workspace"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ['BEACON_PORT']}/healthz\", timeout=4)"]
CMD ["beacon", "run"]
