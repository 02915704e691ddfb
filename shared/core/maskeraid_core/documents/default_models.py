"""The model of the service: it serves accounts that have none of their own."""

from datetime import datetime

from maskeraid_core.documents.document import Document

DEFAULT_MODEL = "default"


class DefaultModel(Document):
    """Which model that is; `_id` is DEFAULT_MODEL, for there is one. It counts while that model is public."""

    model_id: str
    chosen_at: datetime
