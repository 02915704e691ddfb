# Re-imagings, models kept in memory. ACCELERATOR=gpu installs TensorFlow with CUDA.
# Build from the root of the repository: docker build --file deploy/docker/inference.Dockerfile .
FROM python:3.11-slim AS build
WORKDIR /source
ARG ACCELERATOR=cpu
COPY constraints.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/maskeraid && /opt/maskeraid/bin/pip install --constraint constraints.txt pip
COPY shared/core shared/core
COPY shared/faces shared/faces
COPY services/inference services/inference
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/maskeraid/bin/pip install --constraint constraints.txt --build-constraint constraints.txt \
    ./shared/core "./shared/faces[${ACCELERATOR}]" ./services/inference

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home maskeraid && install --directory --owner maskeraid --mode 0700 /var/lib/maskeraid
COPY --from=build /opt/maskeraid /opt/maskeraid
ENV PATH=/opt/maskeraid/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
USER 10001
WORKDIR /tmp
# Asks this very worker over Redis, as a bell would.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s \
    CMD ["sh", "-c", "celery --app maskeraid_inference.worker inspect ping --timeout 10 --destination inference@$(hostname)"]
CMD ["celery", "--app", "maskeraid_inference.worker", "worker", "--queues", "inference", "--hostname", "inference@%h", \
    "--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "warning"]
