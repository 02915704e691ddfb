# Imports data sets. No TensorFlow: strangers' bytes are parsed in limited children.
# Build from the root of the repository: docker build --file deploy/docker/curator.Dockerfile .
FROM python:3.11-slim AS build
WORKDIR /source
COPY constraints.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/maskeraid && /opt/maskeraid/bin/pip install --constraint constraints.txt pip
COPY shared/core shared/core
COPY shared/faces shared/faces
COPY services/curator services/curator
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/maskeraid/bin/pip install --constraint constraints.txt --build-constraint constraints.txt \
    ./shared/core ./shared/faces ./services/curator

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home maskeraid && install --directory --owner maskeraid --mode 0700 /var/lib/maskeraid
COPY --from=build /opt/maskeraid /opt/maskeraid
ENV PATH=/opt/maskeraid/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
USER 10001
WORKDIR /tmp
# Asks this very worker over Redis, as a bell would.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s \
    CMD ["sh", "-c", "celery --app maskeraid_curator.worker inspect ping --timeout 10 --destination curator@$(hostname)"]
CMD ["celery", "--app", "maskeraid_curator.worker", "worker", "--queues", "curator", "--hostname", "curator@%h", \
    "--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "warning"]
