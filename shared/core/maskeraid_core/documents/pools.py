"""A tenant's pool: how often the models that its Selection chooses among have changed, and since when."""

from datetime import datetime

from maskeraid_core.documents.document import Document


class Pool(Document):
    """`_id` is the tenant. What is in the pool is looked up (`usable_versions`); this says whether to look again."""

    changes: int
    changed_at: datetime  # by the database's clock
    is_due: bool  # whether its selector has not been compared with it since
