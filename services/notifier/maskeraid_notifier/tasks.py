"""The notifier's one task: one attempt for one delivery."""

from pymongo.errors import PyMongoError

from maskeraid_core.queue import TaskName
from maskeraid_notifier.delivering import deliver_in_turn
from maskeraid_notifier.worker import app, log, process


@app.task(name=TaskName.DELIVER.value)
def look(delivery_id: str) -> None:
    """Send the delivery that the bell named, if it is due."""
    if process.worker.is_leaving.is_set():
        return
    stores, slots = process.worker.stores, process.slots
    try:
        process.worker.port.call(deliver_in_turn, stores, process.sender, slots, delivery_id, process.random)
    except PyMongoError as error:
        log.warning("database out of reach, left to the sweeper", delivery=delivery_id, error=str(error))
