"""Which faces of a training are kept to tell near copies by, and what the card says where none are."""

import numpy as np
import polars as pl
from tests.unit.inference.made_models import make_model

from maskeraid_core.blobs import sha256_hex
from maskeraid_core.ids import image_id
from maskeraid_core.manifests import PREFIX
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Images
from maskeraid_faces.known_faces_file import read_known_faces, without_faces
from maskeraid_faces.training.image_set import prepare
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_trainer.known_faces import BEFORE, PARTS_RECUR, KnownFacesFile, known_faces_of
from maskeraid_trainer.training_faces import TrainingFaces

DRAWN = draw_faces("faces-light").images
NOISE = np.random.default_rng(0).integers(-20, 21, DRAWN.shape)
PHOTOS = np.clip(DRAWN.astype(int) + NOISE, 0, 255).astype(np.uint8)


def kept(images: Images, persons: int | None = None, *, has_begun: bool = False) -> tuple[KnownFacesFile, set[str]]:
    """What is kept, and the ids of the images that were learned from."""
    ids = [image_id("ds_1", row) for row in range(len(images))]
    digests = [sha256_hex(image.tobytes()) for image in images]
    whose = {} if persons is None else {PREFIX + "person": [f"p{row % persons}" for row in range(len(images))]}
    faces = TrainingFaces(images, pl.DataFrame({"id": ids, "sha256": digests, **whose}), {})
    split = prepare(images, TrainSettings(), faces.groups, 7)
    learned = {sha256_hex(image.tobytes()) for image in split.training}
    found = known_faces_of(make_model(), split, faces, TrainSettings(), seed=7, has_begun=has_begun)
    return found, {one for one, digest in zip(ids, digests, strict=True) if digest in learned}


class TestKept:
    def test_are_those_that_it_learned_from_and_not_those_held_out(self) -> None:
        found, learned = kept(PHOTOS)
        assert found.content is not None
        assert set(read_known_faces(found.content, make_model().basis).ids) == learned
        assert 0 < len(learned) < len(PHOTOS)
        assert (found.card["looked_for"], found.card["faces"], found.card["of"]) == (True, len(learned), len(learned))

    def test_of_a_model_that_began_with_another_are_its_own_alone_and_the_card_says_so(self) -> None:
        assert kept(PHOTOS, has_begun=True)[0].card["reason"].endswith(BEFORE)


class TestNone:
    def test_are_kept_of_drawn_faces(self) -> None:
        assert kept(DRAWN)[0] == KnownFacesFile(None, {"looked_for": False, "reason": PARTS_RECUR})

    def test_are_kept_of_few_persons(self) -> None:
        found, _ = kept(PHOTOS, persons=5)
        assert found.content is None
        assert "persons, and at least 8" in found.card["reason"]


class TestErased:
    def test_the_faces_of_some_images_leave_the_file(self) -> None:
        found, learned = kept(PHOTOS)
        assert found.content is not None
        gone = set(sorted(learned)[:3])
        left = without_faces(found.content, gone)
        assert left is not None
        assert set(read_known_faces(left, make_model().basis).ids) == learned - gone

    def test_without_any_of_them_it_stays_and_without_others_there_is_none(self) -> None:
        found, learned = kept(PHOTOS)
        assert found.content is not None
        assert without_faces(found.content, {"img_1"}) == found.content
        assert without_faces(found.content, learned) is None
