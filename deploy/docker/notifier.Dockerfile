# Webhooks, e-mail, and the sweeper: the only image that needs a way out of the network.
# Build from the root of the repository: docker build --file deploy/docker/notifier.Dockerfile .
FROM python:3.11-slim AS build
WORKDIR /source
COPY constraints.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/maskeraid && /opt/maskeraid/bin/pip install --constraint constraints.txt pip
COPY shared/core shared/core
COPY services/notifier services/notifier
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/maskeraid/bin/pip install --constraint constraints.txt --build-constraint constraints.txt \
    ./shared/core ./services/notifier

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home maskeraid && install --directory --owner maskeraid --mode 0700 /var/lib/maskeraid
COPY --from=build /opt/maskeraid /opt/maskeraid
ENV PATH=/opt/maskeraid/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
USER 10001
WORKDIR /tmp
# Asks this very worker over Redis, as a bell would.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s \
    CMD ["sh", "-c", "celery --app maskeraid_notifier.worker inspect ping --timeout 10 --destination notifier@$(hostname)"]
CMD ["celery", "--app", "maskeraid_notifier.worker", "worker", "--queues", "notifier", "--hostname", "notifier@%h", \
    "--pool", "threads", "--concurrency", "16", "--without-gossip", "--without-mingle", "--loglevel", "warning"]
