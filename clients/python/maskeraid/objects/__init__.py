"""What the service answers, typed. Fields that this version does not know are kept, not refused."""

from maskeraid.objects.accounts import Account, ApiKey, AuditEntry, AuditVerification, Delivery, Policy, WebhookEndpoint
from maskeraid.objects.api_object import ApiObject
from maskeraid.objects.bundles import Check, Verification
from maskeraid.objects.datasets import Dataset, Deletion, Export, Image, ImageSheet, Import, ImportRow, Report, Upload
from maskeraid.objects.jobs import TERMINAL, Event, Job, JobWithFiles
from maskeraid.objects.models import Evaluation, Model, ModelVersion, Rating, Selector
from maskeraid.objects.reimagings import BUNDLE, Batch, Covering, Reimaging
from maskeraid.objects.trainings import Checkpoint, Training
from maskeraid.objects.workers import Worker

__all__ = [
    "BUNDLE",
    "TERMINAL",
    "Account",
    "ApiKey",
    "ApiObject",
    "AuditEntry",
    "AuditVerification",
    "Batch",
    "Check",
    "Checkpoint",
    "Covering",
    "Dataset",
    "Deletion",
    "Delivery",
    "Evaluation",
    "Event",
    "Export",
    "Image",
    "ImageSheet",
    "Import",
    "ImportRow",
    "Job",
    "JobWithFiles",
    "Model",
    "ModelVersion",
    "Policy",
    "Rating",
    "Reimaging",
    "Report",
    "Selector",
    "Training",
    "Upload",
    "Verification",
    "WebhookEndpoint",
    "Worker",
]
