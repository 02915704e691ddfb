"""Every router; their order is the order in which they are documented."""

from maskeraid_api.routes import (
    account,
    adoptions,
    aliases,
    audit,
    batches,
    checkpoints,
    coverings,
    datasets,
    default_models,
    deletions,
    deliveries,
    evaluations,
    events,
    exports,
    health,
    image_sheets,
    images,
    imports,
    jobs,
    models,
    policy,
    ratings,
    reimagings,
    reports,
    selectors,
    server,
    sessions,
    trainings,
    uploads,
    verifications,
    web,
    webhook_endpoints,
    workers,
)

ROUTERS = tuple(
    resource.router
    for resource in (
        server, workers, account, policy, audit, sessions, datasets, reports, uploads, imports, exports, deletions,
        images, image_sheets, trainings, checkpoints, jobs, events, models, aliases, adoptions, default_models, ratings,
        selectors, evaluations, coverings, reimagings, batches, verifications, webhook_endpoints, deliveries, health,
        web,
    )
)  # fmt: skip
