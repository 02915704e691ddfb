"""Every router; their order is the order in which they are documented."""

from maskeraid_api.routes import (
    account,
    checkpoints,
    datasets,
    deliveries,
    events,
    health,
    images,
    imports,
    jobs,
    models,
    reimagings,
    server,
    trainings,
    uploads,
    webhook_endpoints,
    workers,
)

ROUTERS = tuple(
    resource.router
    for resource in (
        server, workers, account, datasets, uploads, imports, images, trainings, checkpoints, jobs, events, models,
        reimagings, webhook_endpoints, deliveries, health,
    )
)  # fmt: skip
