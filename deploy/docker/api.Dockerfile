# The gateway. No TensorFlow, and no image is decoded here but those that the service has encoded itself.
# Build from the root of the repository: docker build --file deploy/docker/api.Dockerfile .
FROM node:24-slim AS web
WORKDIR /source
COPY services/web/package.json services/web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY services/web ./
RUN npm run build

FROM python:3.11-slim AS build
WORKDIR /source
COPY constraints.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/maskeraid && /opt/maskeraid/bin/pip install --constraint constraints.txt pip
COPY shared/core shared/core
COPY services/api services/api
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/maskeraid/bin/pip install --constraint constraints.txt --build-constraint constraints.txt \
    ./shared/core ./services/api

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home maskeraid && install --directory --owner maskeraid --mode 0700 /var/lib/maskeraid
COPY --from=build /opt/maskeraid /opt/maskeraid
COPY --from=web /source/dist /opt/maskeraid/web
ENV PATH=/opt/maskeraid/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp MASKERAID_WEB_FOLDER=/opt/maskeraid/web
USER 10001
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["uvicorn", "--factory", "maskeraid_api.main:create_app", "--host", "0.0.0.0", "--port", "8000", "--no-access-log"]
