"""Examples of requests, and links from what was created to what can be done with it."""

from typing import Any

Json = dict[str, Any]

DATASET_ID, UPLOAD_ID = "ds_01KAGP1XF3A7QYFR6F0DTHBRA4", "upl_01KA8W7Q3EJ6V5K0T2M9RZB4HX"
MODEL_ID = "mdl_01KAGXT932ZND88T6AVQ93TJ9X"
TYPES = {"type": "enum", "values": ["1", "2", "3", "4", "5"]}

EXAMPLES: dict[str, dict[str, Json]] = {
    "create_dataset": {
        "drawn faces": {
            "value": {
                "name": "faces-light", "role": "train", "subject_kind": "face", "visibility": "private",
                "attributes": {
                    "hair_style": {"type": "enum", "values": ["1"]}, "eyes": {**TYPES, "required": True},
                    "nose": TYPES, "mouth": TYPES,
                },
                "legal_basis": "generated faces, no person shown", "retain_until": None,
            }
        },
        "faces of people": {
            "value": {
                "name": "our-faces",
                "attestation": {"basis": "consent", "purpose": "art restoration", "minors_excluded": True},
                "attributes": {"place": {"type": "geo"}, "taken_on": {"type": "date"}, "subject": {"private": True}},
                "licence": "CC-BY-4.0", "retain_until": "2027-11-23T09:00:00Z",
            }
        },
    },
    "change_dataset": {
        "share": {
            "value": {"visibility": "shared", "shared_with": ["ten_01KA20GX6C0VVYRYSCJX4K0VJY"], "download": False}
        },
        "with everyone": {"value": {"visibility": "public", "licence": "CC-BY-4.0"}},
    },
    "change_policy": {
        "strict": {"value": {"purpose_required": True, "results_kept_days": 30, "widest_visibility": "shared"}}
    },
    "create_import": {
        "upload": {
            "value": {
                "dataset_id": DATASET_ID, "source": {"type": "upload", "upload_id": UPLOAD_ID}, "detect_faces": False
            }
        },
        "generator": {"value": {"dataset_id": DATASET_ID, "source": {"type": "generator", "set": "faces-light"}}},
        "covered copies": {
            "value": {
                "dataset_id": DATASET_ID,
                "source": {
                    "type": "coverings", "of": {"dataset_id": "ds_01KA20GX6C0VVYRYSCJX4K0VJY", "where": ["mouth:2"]},
                    "families": ["surgical", "cloth", "glasses"], "seed": 7,
                },
            }
        },
        "several datasets in one": {
            "value": {
                "dataset_id": DATASET_ID,
                "source": {
                    "type": "merge",
                    "parts": [
                        {"dataset_id": "ds_01KA20GX6C0VVYRYSCJX4K0VJY", "version": 3, "where": ["mouth:2"]},
                        {"dataset_id": "ds_01KA9G4NK0N4KPKYMBYYB3G1PS"},
                    ],
                },
            }
        },
        "another value": {
            "value": {
                "dataset_id": DATASET_ID,
                "source": {"type": "edit", "where": ["mouth:2", "nose:"], "set": {"nose": "1", "eyes": None}},
            }
        },
        "values suggested for images that lack them": {
            "value": {
                "dataset_id": DATASET_ID, "source": {"type": "upload", "upload_id": UPLOAD_ID},
                "suggest_attributes": True,
            }
        },
        "sure suggestions confirmed": {
            "value": {
                "dataset_id": DATASET_ID,
                "source": {"type": "edit", "where": [], "confirm": ["nose"], "least_confidence": 0.9},
            }
        },
        "images taken out": {
            "value": {
                "dataset_id": DATASET_ID,
                "source": {
                    "type": "edit", "image_ids": ["img_01KAGP1XF3A7QYFR6F0DTHBRA4_000001"], "delete": True
                },
            }
        },
        "what would come of it?": {
            "value": {
                "dataset_id": DATASET_ID, "source": {"type": "upload", "upload_id": UPLOAD_ID}, "dry_run": True
            }
        },
    },
    "create_export": {
        "a folder of images": {
            "value": {"dataset_id": DATASET_ID, "version": 1, "where": ["mouth:2"], "format": "folder"}
        },
        "arrays": {"value": {"dataset_id": DATASET_ID, "format": "tensors"}},
    },
    "create_deletion": {
        "a person, of all datasets": {"value": {"subject": "p-0417"}},
        "what would go?": {"value": {"subject": "p-0417", "dataset_id": DATASET_ID, "dry_run": True}},
    },
    "create_training": {
        "the thesis's recipe": {
            "value": {
                "name": "faces-light", "data": [{"dataset_id": DATASET_ID, "version": 1, "where": ["mouth:2"]}],
                "architecture": "thesis", "preset": "thesis", "hyperparameters": {"steps": 98000, "real_label": 1.0},
                "seed": 7, "start_from": None, "notify": {"email": True, "webhooks": True},
                "deadline_seconds": 86400, "dry_run": False, "client_reference_id": "night-run-12",
            }
        },
        "from another, with a face to look at": {
            "value": {
                "name": "medium", "data": [{"dataset_id": DATASET_ID}],
                "start_from": {"model_id": "mdl_01KAGXT932ZND88T6AVQ93TJ9X", "version": "champion"},
                "probe": {
                    "image_id": "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001", "covering": {"colours": [[70, 130, 180]]}
                },
            }
        },
        "quick": {"value": {"name": "our-model", "data": [{"dataset_id": DATASET_ID}], "preset": "quick"}},
        "what would it take?": {"value": {"name": "m", "data": [{"dataset_id": DATASET_ID}], "dry_run": True}},
    },
    "create_evaluation": {
        "try it": {"value": {"kind": "samples", "model": {"model_id": MODEL_ID}, "n": 25, "seed": 7}},
        "does it copy?": {"value": {"kind": "memorisation", "model": {"model_id": MODEL_ID, "version": "champion"}}},
        "how good is it?": {
            "value": {
                "kind": "quality", "model": {"model_id": MODEL_ID, "version": 3},
                "dataset": {"dataset_id": DATASET_ID, "version": 1}, "group_by": "tone",
            }
        },
        "does it help a recogniser?": {
            "value": {
                "kind": "recognition", "model": {"model_id": MODEL_ID},
                "dataset": {"dataset_id": DATASET_ID, "version": 1},
            }
        },
    },
    "create_reimaging": {
        "an image of a dataset": {
            "value": {
                "image": {"image_id": "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001"},
                "covering": {"method": "colour", "covering_id": None, "grow": 1, "feather": 0},
                "model": None, "selector": "attributes", "engine": "auto", "pick": "spread", "candidates": 8,
                "attributes": {}, "smoothing": {"k": 16}, "tone_match": "auto", "seed": 7,
                "purpose": "training exercise", "case_reference": "2026-118",
            }
        },
        "with a stored covering": {
            "value": {
                "image": {"image_id": "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001"},
                "covering": {"covering_id": "cov_01KA2KQHZGJNB0YGMHXJPPHPTP", "clean": True, "grow": 1, "feather": 2},
            }
        },
    },
    "create_batch": {
        "images one by one": {
            "value": {
                "images": [
                    {"image_id": "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001", "client_reference_id": "case 118, photo 1"},
                    {"image_id": "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000002", "client_reference_id": "case 118, photo 2"},
                ],
                "covering": {"colours": [[20, 150, 140]]}, "candidates": 4, "seed": 7,
            }
        },
        "images of a dataset": {
            "value": {
                "dataset": {"dataset_id": DATASET_ID, "version": 1, "where": ["mouth:2"]},
                "seed": 7, "notify": {"email": True, "webhooks": True},
            }
        },
    },
    "change_model": {
        "for everyone": {"value": {"visibility": "public", "licence": "CC-BY-4.0", "download": True}},
        "for one account": {
            "value": {"visibility": "shared", "shared_with": ["ten_01KA20GX6C0VVYRYSCJX4K0VJY"], "download": False}
        },
    },
    "put_alias": {"the second version": {"value": {"version": 2}}},
    "put_rating": {"with a note": {"value": {"stars": 4, "note": "Good hair, poor eyes."}}},
    "put_reimaging_rating": {"with a note": {"value": {"stars": 2, "note": "The seam shows at the chin."}}},
    "sign_in": {"by a login link": {"value": {"link": "q3mW1cC2fO0V"}}},
    "create_webhook_endpoint": {
        "trainings": {"value": {"url": "https://example.org/hooks", "event_types": ["training.succeeded"]}}
    },
}  # fmt: skip


def _by_id(**operations: str) -> Json:
    """Links that hand the id of the answer on: operation to the name of its parameter."""
    return {
        name: {"operationId": name, "parameters": {parameter: "$response.body#/id"}}
        for name, parameter in operations.items()
    }


LINKS: dict[str, dict[str, Json]] = {
    "create_dataset": {
        "201": _by_id(get_dataset="dataset_id", change_dataset="dataset_id", delete_dataset="dataset_id")
    },
    "create_upload": {"201": _by_id(get_upload="upload_id", complete_upload="upload_id", delete_upload="upload_id")},
    "create_import": {"202": _by_id(get_import="import_id", get_job="job_id", cancel_job="job_id")},
    "create_export": {
        "202": _by_id(
            get_export="export_id",
            get_export_content="export_id",
            delete_export="export_id",
            get_job="job_id",
            cancel_job="job_id",
        )
    },
    "create_deletion": {"202": _by_id(get_deletion="deletion_id", get_job="job_id")},
    "create_training": {"202": _by_id(get_training="training_id", get_job="job_id", cancel_job="job_id")},
    "promote_checkpoint": {"202": _by_id(get_training="training_id", get_job="job_id", cancel_job="job_id")},
    "create_evaluation": {"202": _by_id(get_evaluation="evaluation_id", get_job="job_id", cancel_job="job_id")},
    "create_covering": {
        "202": _by_id(
            get_covering="covering_id",
            get_covering_content="covering_id",
            delete_covering="covering_id",
            get_job="job_id",
        )
    },
    "create_reimaging": {
        "202": _by_id(get_reimaging="reimaging_id", delete_reimaging="reimaging_id", cancel_job="job_id")
    },
    "create_batch": {"202": _by_id(get_batch="batch_id", delete_batch="batch_id", cancel_job="job_id")},
    "create_webhook_endpoint": {
        "201": _by_id(
            get_webhook_endpoint="endpoint_id",
            change_webhook_endpoint="endpoint_id",
            test_webhook_endpoint="endpoint_id",
            rotate_webhook_secret="endpoint_id",
            delete_webhook_endpoint="endpoint_id",
        )
    },
    "test_webhook_endpoint": {"202": _by_id(get_delivery="delivery_id", redeliver="delivery_id")},
    "create_api_key": {"201": _by_id(revoke_api_key="key_id")},
}
