"""What fields mean where the name alone does not say it: by schema and name. A table, and long."""

from collections.abc import Mapping

from maskeraid_api.documented_fields import DATASET_ID, IMAGE_ID, MODEL_ID, TRAINING_ID, Meaning

_EVENT = ("What it is.", "job.progress")
_SOURCE = {"type": ("Which kind of source this is.", None)}
_ATTRIBUTE = {"type": ("What its values are.", None), "values": ("Those of an `enum`.", ["1", "2"])}
_REUSE: dict[str, Meaning] = {"reuse": ("An earlier re-imaging, in place of an image.", None)}
_WANTED: dict[str, Meaning] = {
    "attributes": ("Values that every candidate must have, by name, of those that the model's card says it tells.",
                   {"mouth": "2"})
}  # fmt: skip
_DATA = {"data": ("What it learns from.", None)}


def _id(prefix: str) -> dict[str, Meaning]:
    return {"id": ("The identifier.", f"{prefix}_01KAGP1XF3A7QYFR6F0DTHBRA4")}


_ROW: Mapping[str, Meaning] = {
    "precision": ("Of those that were taken for it, the share that were its.", 1.0),
    "recall": ("Of those that were its, the share that were taken for it.", 0.96),
    "f1": ("The harmonic mean of the two.", 0.98), "images": ("How many faces it is of.", 25),
}  # fmt: skip

OF_SCHEMA: Mapping[str, Mapping[str, Meaning]] = {
    "AboutView": {"id": ("Of a dataset, or of a model.", DATASET_ID)},
    "AccountChange": {"email": ("Notices go there once the mailed link was opened.", "owner@example.org")},
    "ApiKeyView": _id("key") | {"key": ("The whole key, in the answer that made it.", "mk_server_3f8a9c2b7d1e4f60_…")},
    "Attempt": {"error": ("Why it came to nothing.", "no answer within 15 s")},
    "AttributeBody": _ATTRIBUTE,
    "AttributeView": _ATTRIBUTE,
    "BatchCounts": {"queued": ("They wait.", 120), "running": ("They run now.", 2), "succeeded": ("They are done.", 77),
                    "failed": ("Each says why.", 1), "cancelled": ("Each was cancelled, or all were.", 0),
                    "total": ("All of them.", 200)},
    "BatchImage": {"client_reference_id": ("Yours; its re-imaging has it.", "case 118, photo 1")},
    "BatchOptions": _WANTED,
    "BatchRequest": _WANTED | {"images": ("One by one, up to 1,000.", [{"image_id": IMAGE_ID}]),
                               "dataset": ("Those of a dataset's version under a filter, up to 1,000.", None)},
    "BatchView": _id("bat") | {"counts": ("How many items stand where.", None),
                               "errors": ("How many items failed, by code.", {"nothing_covered": 1})},
    "Checks": {name: ("Whether it answers.", None) for name in ("mongodb", "redis", "blobs")},
    "EditSource": _SOURCE | {"image_ids": ("Which images.", [IMAGE_ID]), "set": ("New values.", {"mouth": "2"})},
    "FileProgress": {"name": ("Its name.", "our-faces.zip"), "number": ("Which one, from 1.", 2),
                     "count": ("How many there are.", 3), "current": ("Images of it that are done.", 120),
                     "total": ("Images of it.", 1000)},
    "ImportRowPage": {"last_id": ("The last row of this page: the `after` of the next one.", 100)},
    "ImportRowView": {"code": ("Stable; branch on this.", "value_not_allowed"),
                      "detail": ("For people.", "'9' is not one of 1, 2, 3")},
    "MergeSource": _SOURCE | {"parts": ("Versions, or parts of them.", [{"dataset_id": DATASET_ID, "version": 1}])},
    "FlagView": {"detail": ("For people.", "The dataset faces-light, from which it learned, was deleted.")},
    "Hyperparameters": {
        "batch": ("Images a step; when absent 128 for `eigen`, 64 for `dense`, 32 for the others.", 32),
        "max_seconds": ("End after so long with what there is; when absent as the preset and the network say.", 600),
    },
    "DataChoice": {"version": ("Its number, or `latest`.", 1)},
    "TrainingDataChoice": {"version": ("Its number, or `latest`.", 1)},
    "DatasetVersionView": {"id": ("The dataset's, with the number.", f"{DATASET_ID}:1"),
                           "lineage": ("What it was merged from.", [])},
    "DatasetView": _id("ds"),
    "DeletionView": _id("dlt"),
    "DeliveryView": _id("dlv") | {"status": ("Whether it has arrived.", None),
                                  "data": ("What is told.", {"id": TRAINING_ID, "status": "succeeded"})},
    "EvaluationView": _id("evl") | {"files": ("Where they are.", {"samples.npy": "/v1/evaluations/evl_…/files/…"})},
    "ExportRequest": {"version": ("Its number, or `latest`.", 1)},
    "ExportView": _id("exp"),
    "EventPage": {"last_id": ("The last event of this page: the `after` of the next one.", 412)},
    "EventView": {"id": ("Grows by one within the job.", 412), "type": _EVENT,
                  "data": ("What it tells, by its type.", {"percent": 2.0})},
    "Facet": {"values": ("Each with its count.", None)},
    "HealthView": {"status": ("Always this.", "alive")},
    "ImageView": {"id": ("The identifier; the same in every version.", IMAGE_ID),
                  "attributes": ("By name; those that are missing are left out.", {"eyes": "1", "mouth": "2"}),
                  "models": ("Versions of your models that learned from it.", None)},
    "ImportView": _id("imp") | {"source": ("Where the images come from.", {"type": "generator", "set": "faces-light"})},
    "JobView": {"id": ("The same as that of its resource.", TRAINING_ID)},
    "MeView": {"email": ("Where notices go.", "owner@example.org")},
    "MetricPoint": {"values": ("By curve.", {"loss_g": 1.31})},
    "ModelFileView": {"name": ("The file's name.", "card.json"),
                      "url": ("Where it is.", f"/v1/models/{MODEL_ID}/versions/1/files/card.json")},
    "ModelVersionView": {"id": ("The model's, with the number.", f"{MODEL_ID}:1"),
                         "aliases": ("Names that lead here.", ["champion"]),
                         "kind": ("What it draws: drawn faces, or photographs.", None)},
    "ModelView": _id("mdl") | {"aliases": ("Names, each with the version that it leads to.", {"champion": 1})},
    "Phase": {"name": ("The phase.", "training")},
    "Problem": {"type": ("A page about the problem.", "/problems/validation-failed"),
                "status": ("The HTTP status.", 422),
                "detail": ("For people.", "The request needs attention in 2 fields.")},
    "Progress": {"file": ("Of several files the one that is being read.", None),
                 "total": ("How much there is, where that is known.", 98_000)},
    "RatingView": _id("rat"),
    "ReadyView": {"status": ("`degraded` still serves, only later; `unavailable` does not.", None)},
    "ReimagingView": _id("rim") | {
        "batch_id": ("The batch that has made it.", "bat_01KAAXZMYHJYS97RBZNB5ZHQ4P"),
        "batch_index": ("Which input of the batch it is for, counted from 0.", 17), "result": ("", None),
        "files": ("Where they are.", {"final.png": "/v1/reimagings/rim_…/files/final.png"})},
    "ReimagingOptions": _WANTED,
    "ReimagingRequest": _WANTED | _REUSE,
    "ReuseOption": {"reimaging_id": ("The earlier one.", "rim_01KAAXZMYHJYS97RBZNB5ZHQ4P"),
                    "candidate": ("By its index; all when absent.", 0)},
    "ResultView": {name: ("", None) for name in ("candidates", "combinations", "steps")},  # here they are no numbers
    "RejectedRow": {"code": ("Stable; branch on this.", "value_not_allowed"),
                    "detail": ("For people.", "'9' is not one of 1, 2, 3")},
    "EpochView": {
        "epoch": ("From 1.", 3), "loss": ("Cross-entropy on the faces that it learns from.", 0.02),
        "accuracy": ("Share of those that it chooses right, while it learns.", 0.99),
        "validation_loss": ("Cross-entropy on faces that it is stopped by.", 0.03),
        "validation_accuracy": ("Share of those that it chooses right.", 0.98),
    },
    "ReportRowView": _ROW,
    "ReportView": {"accuracy": ("Share of right choices.", 0.99)},
    "SplitView": {"training": ("Faces that it learned from.", 250),
                  "validation": ("Faces that decided when it had learned enough.", 50),
                  "test": ("Faces that it was judged by.", 75)},
    "SelectorModelView": {"images": ("", 125), "name": ("The model's name.", "faces-light")},
    "LeftOutView": {"name": ("The model's name.", "faces-light")},
    "SelectorView": _id("sel") | {
        "layers": ("Its layers with their parameters: Table 4 of the thesis.", {"total": 35_646_595}),
        "images": ("How its faces were parted.", None), "report": ("How well it tells the models apart.", None),
        "stale_because": ("", ["The model faces-dark has come."]),
    },
    "ServerView": {"version": ("Of the software.", "1.0.0")},
    "SessionView": _id("ses") | {"csrf_token": ("", "5b0e2f6c9d…")},
    "SignInRequest": {"key": ("", "mk_server_3f8a9c2b7d1e4f60_…"), "link": ("", "q3mW1cC2fO0V")},
    "SigningKeyView": {"id": ("Made of its public half.", "sig_21fe31dfa154a261626bf854046fd227")},
    "VerificationView": {"reimaging_id": ("The re-imaging.", "rim_01KAAXZMYHJYS97RBZNB5ZHQ4P"),
                         "manifest": ("What was signed.", {"format": "maskeraid-bundle-1"})},
    "CoveringView": _id("cov") | {"reimaging_id": ("Its re-imaging.", "rim_01KAAXZMYHJYS97RBZNB5ZHQ4P"),
                                  "found_by": ("How it was found.", "map")},
    "CheckView": {"name": ("Which check it is.", None)},
    "TenantEventView": _id("evt") | {"type": ("What it is.", "job.status"),
                                     "data": ("What it tells, by its type.", {"status": "succeeded"})},
    "ProbeCovering": {"map": ("White where covered.", "data:image/png;base64,iVBORw0K")},
    "TrainingRequest": _DATA | {
        "start_from": ("What its networks begin with: a model's version or a kept checkpoint.", None),
    },
    "TrainingView": _id("trn") | _DATA | {"hyperparameters": ("Those that were set.", {"steps": 98_000})},
    "UploadView": _id("upl"),
    "WebhookEndpointView": _id("whe") | {"secret": ("Signs what is sent; told once.", "whsec_MfKQ9r8G")},
    "WorkerView": {"id": ("The process.", "trainer-worker-1-4711"), "device": ("What it works on.", "2 cores"),
                   "memory_bytes": ("Of the device.", 8_589_934_592), "used_bytes": ("By the process.", 314_572_800),
                   "running_jobs": ("Of all accounts.", 1), "job_ids": ("Yours.", [TRAINING_ID])},
    **dict.fromkeys(("UploadSource", "GeneratorSource", "CoveringsSource"), _SOURCE),
}  # fmt: skip
