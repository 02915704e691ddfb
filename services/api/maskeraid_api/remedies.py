"""What to do about a job that failed, by its error's code, in the words of the interface."""

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "all_items_failed": "Each item says why: list them with `GET /v1/reimagings?batch_id=…`.",
    "all_rows_rejected": "Mend what the rejected rows say, and import again.",
    "attributes_unreachable": "Ask in `attributes` for one of the values that `reachable` names, or for none.",
    "bad_archive": "Pack the pictures anew, as a zip of less than the limits named, and import that.",
    "bad_covering": "Draw the map over the whole image as it was sent, black and white, in any size.",
    "deadline_exceeded": "Order it again when fewer jobs wait; of a training with more `deadline_seconds`.",
    "generated_image": "Import pictures that were taken, or allow these with `allow_generated`.",
    "input_gone": "Send the input again, in a new order.",
    "mixed_sizes": "Import each size into a dataset of its own.",
    "no_face": "Of a picture that is one face and nothing else send `detect_faces: false`; else send a clearer photo.",
    "no_suitable_model": "Train a model on faces like this one, or name one in `model` to use it anyway.",
    "no_variation": "Import faces that differ from one another.",
    "nothing_covered": "Send a map as `covering`, white where the face is covered, or name the covering's `colours`.",
    "out_of_memory": "Ask for a smaller `batch` or smaller images.",
    "poisoned": "Order it again; if it dies again, the log of its worker says why.",
    "several_faces": "Choose one with `face`, counted from 0 from the left.",
    "shape_mismatch": "Send the map in the shape of the image.",
    "too_few_images": "Import more faces, or filter them less.",
    "too_few_models": "Train or adopt more models first.",
    "too_much_covered": "Send a map as `covering` that is white only where the face is covered: at most 90 % can be.",
    "too_small": "Send a picture with more pixels.",
    "training_diverged": "Name a smaller `learning_rate`.",
    "unreadable_image": "Save the picture as a PNG, JPEG, or WebP, and send that.",
}
