"""Whole photographs: when faces are looked for, which one is meant, and what comes back."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ExifTags
from PIL import Image as Pictures
from tests.unit.inference.made_models import load_made, make_version

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ModelChoice, ReimagingSpec
from maskeraid_core.errors import InputGone
from maskeraid_faces.alignment import USUAL_FRAME, PhotoFace, Points, align
from maskeraid_faces.blending.skin_tone import to_lab
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.drawing.lifelike import DARKEST_SKIN, LIGHTEST_SKIN, draw_lifelike_face
from maskeraid_faces.errors import BadCovering, BadImage, BadSettings, NoFace, SeveralFaces
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Covering, Image
from maskeraid_faces.sanitising import clean_pixels
from maskeraid_faces.sizes import check_map_shape
from maskeraid_inference.answer import write_answer
from maskeraid_inference.cutting import Photo, cut_out, reaches_rim
from maskeraid_inference.marking import Mark
from maskeraid_inference.photo_answer import write_photo
from maskeraid_inference.photos import Frames, reimage_picture
from maskeraid_inference.reimaging import FoundCovering, Reimaged
from maskeraid_inference.room import COLOUR, GREY, OF_PHOTO

LIGHT = make_version("light")
BY_USER = ModelChoice(model_id="mdl_light", version=1)
TALL, SMALL, LARGE = (np.full((*sides, 3), 90, np.uint8) for sides in ((300, 200), (64, 64), (400, 400)))


def ask(**facts: Any) -> ReimagingSpec:  # noqa: ANN401 any field
    return ReimagingSpec(**{"image": ImageSource(), "covering": CoveringChoice(), "software": "0.1.0", **facts})


def face_at(x: float, side: float = 60) -> PhotoFace:
    return PhotoFace((int(x), 50, int(side), int(side)), 0.9, USUAL_FRAME * side + (x, 50))


class TestCutOut:
    @pytest.mark.parametrize(
        ("picture", "detect_faces", "is_cut"),
        [
            (SMALL, None, False), (SMALL, True, True), (SMALL, False, False), (TALL, None, True), (TALL, True, True),
            (LARGE, None, True), (LARGE, False, False),
        ],
    )  # fmt: skip
    def test_looks_for_faces_where_one_must_be_found(
        self, picture: Image, detect_faces: bool | None, is_cut: bool
    ) -> None:
        photo = cut_out(picture, ask(detect_faces=detect_faces), find=lambda _: (face_at(20),))
        assert (photo is not None) == is_cut

    def test_a_number_asks_for_a_photograph(self) -> None:
        photo = cut_out(SMALL, ask(face=1), find=lambda _: (face_at(0, 20), face_at(30, 20)))
        assert photo
        assert photo.chosen == 1

    def test_a_large_square_without_a_face_is_one(self) -> None:
        assert cut_out(LARGE, ask(), find=lambda _: ()) is None

    @pytest.mark.parametrize(("picture", "facts"), [(TALL, {}), (LARGE, {"detect_faces": True}), (SMALL, {"face": 0})])
    def test_no_face_where_one_is_needed(self, picture: Image, facts: dict[str, Any]) -> None:
        with pytest.raises(NoFace):
            cut_out(picture, ask(**facts), find=lambda _: ())

    def test_an_oblong_picture_is_no_face(self) -> None:
        with pytest.raises(BadImage, match="must be square, found 200 x 300"):
            cut_out(TALL, ask(detect_faces=False), find=lambda _: ())

    def test_several_without_a_choice(self) -> None:
        with pytest.raises(SeveralFaces):
            cut_out(TALL, ask(), find=lambda _: (face_at(0), face_at(100)))

    def test_one_that_is_not_there(self) -> None:
        with pytest.raises(BadSettings):
            cut_out(TALL, ask(face=2), find=lambda _: (face_at(0), face_at(100)))


def photograph() -> Image:
    """A painted face, tilted, on a wall of noise."""
    photo = np.random.default_rng(0).integers(60, 120, (300, 420, 3), np.uint8)
    face = draw_lifelike_face(160, np.random.default_rng(6))
    turn = cv2.getRotationMatrix2D((80, 80), 12, 1)
    turn[:, 2] += (130, 60)
    moved = cv2.warpAffine(face, turn, (420, 300), borderMode=cv2.BORDER_CONSTANT)
    inside = cv2.warpAffine(np.ones((160, 160), np.uint8), turn, (420, 300)) > 0
    return np.where(inside[..., None], moved, photo).astype(np.uint8)


PHOTO = photograph()
MOUTH = cv2.rectangle(np.zeros_like(PHOTO), (185, 150), (240, 195), (255, 255, 255), -1)


def any_tone() -> ModelVersion:
    """A model that says it knows every skin."""
    (known,) = LIGHT.prototypes
    tones = [DARKEST_SKIN + share * (LIGHTEST_SKIN - DARKEST_SKIN) for share in np.linspace(0, 1, 16)]
    return make_version(
        "light",
        prototypes=[{**known, "tone": to_lab(tone.astype(np.uint8)[None, None])[0, 0].tolist()} for tone in tones],
    )


def run(spec: ReimagingSpec, frames: Frames | None = None) -> Reimaged:
    return reimage_picture(PHOTO, spec, [any_tone()], load_made, frames=frames or Frames(), covering_map=MOUTH)


class TestReachesRim:
    @pytest.mark.parametrize(("place", "expected"), [((0, 5), True), ((9, 5), True), ((5, 9), True), ((5, 5), False)])
    def test_only_at_the_edge(self, place: tuple[int, int], expected: bool) -> None:
        covering = np.zeros((10, 10), np.bool_)
        covering[place] = True
        assert reaches_rim(covering) is expected


class TestMap:
    @pytest.mark.parametrize(("height", "width"), [(300, 420), (150, 210), (71, 100), (72, 100), (601, 840)])
    def test_of_the_photographs_shape_is_taken_in_any_size(self, height: int, width: int) -> None:
        check_map_shape(cv2.resize(MOUTH, (width, height)), PHOTO)

    @pytest.mark.parametrize(("height", "width"), [(300, 300), (420, 300), (297, 420), (69, 100), (606, 840)])
    def test_of_another_shape_is_refused_with_both_sizes(self, height: int, width: int) -> None:
        with pytest.raises(BadCovering, match=rf"map has {width} x {height} pixels, the image 420 x 300") as refused:
            check_map_shape(cv2.resize(MOUTH, (width, height)), PHOTO)
        assert refused.value.facts == {"map": [width, height], "image": [420, 300]}

    def test_no_photograph_is_filled_by_one_of_another_shape(self) -> None:
        spec, square = ask(model=BY_USER), cv2.resize(MOUTH, (420, 420))
        with pytest.raises(BadCovering):
            reimage_picture(PHOTO, spec, [any_tone()], load_made, frames=Frames(), covering_map=square)


class TestWithMap:
    """What somebody drew on a photograph is its covering, as far as the crop reaches."""

    PICTURE = np.zeros((400, 400, 3), np.uint8)
    PHOTO = Photo(PICTURE, (face_at(150, 100),), 0, align(PICTURE, face_at(150, 100)))  # columns 150 to 249
    DRAWN = cv2.rectangle(PICTURE.copy(), (180, 90), (219, 119), (255, 255, 255), -1)

    def drawn(self, covering_map: Image, **wanted: Any) -> Covering:  # noqa: ANN401 any field
        photo = self.PHOTO.with_map(covering_map, CoveringChoice(**wanted))
        assert photo.drawn is not None
        return photo.drawn

    def test_grows_by_pixels_of_the_photograph(self) -> None:
        covered = self.DRAWN[..., 0] > 0
        assert np.array_equal(self.drawn(self.DRAWN), covered)
        assert np.array_equal(self.drawn(self.DRAWN, grow=3), grow(covered, 3))

    def test_may_be_of_another_size(self) -> None:
        assert np.array_equal(self.drawn(self.DRAWN[::2, ::2]), self.DRAWN[..., 0] > 0)

    def test_is_tidied_by_the_size_of_the_face(self) -> None:
        """Of 100 x 100 pixels half a percent are 50, of the photograph they were 800."""
        drawn = cv2.rectangle(np.zeros_like(self.PICTURE), (160, 90), (169, 99), (255, 255, 255), -1)
        drawn[60:63, 160:163] = 255
        covered = self.drawn(drawn, clean=True)
        assert covered.sum() == 100
        assert covered[95, 165]

    def test_ends_where_the_crop_does(self) -> None:
        covered = self.drawn(np.full_like(self.PICTURE, 255), grow=2)
        assert covered[50:150, 150:250].all()
        assert covered.sum() == 100 * 100


class TestFrames:
    def test_a_model_that_is_being_looked_at_keeps_nobody_else_waiting(self) -> None:
        """And who asks for the same one waits for that one look."""
        may_go_on, begun, looked_at = Event(), Event(), []

        def load(version: ModelVersion) -> FaceModel:
            looked_at.append(version.name)
            if version is LIGHT:
                begun.set()
                assert may_go_on.wait(10)
            return load_made(version)

        frames = Frames(lambda _: USUAL_FRAME)
        with ThreadPoolExecutor(3) as threads:
            try:
                slow = [threads.submit(frames.of, LIGHT, load)]
                assert begun.wait(10)
                slow.append(threads.submit(frames.of, LIGHT, load))
                assert threads.submit(frames.of, make_version("dark"), load).result(5) is USUAL_FRAME
                assert not any(one.done() for one in slow)
            finally:
                may_go_on.set()
            assert all(one.result(10) is USUAL_FRAME for one in slow)
        assert looked_at == ["faces-light", "faces-dark"]

    def test_a_failure_is_not_kept(self) -> None:
        def fail(version: ModelVersion) -> FaceModel:
            raise InputGone

        frames = Frames(lambda _: USUAL_FRAME)
        with pytest.raises(InputGone):
            frames.of(LIGHT, fail)
        assert frames.of(LIGHT, load_made) is USUAL_FRAME


def packed(picture: Pictures.Image, file_format: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401 any of Pillow's
    target = io.BytesIO()
    picture.save(target, file_format, **options)
    return target.getvalue()


def turned() -> bytes:
    """As a telephone that was held upright stores it: lying, with a note of how it was held."""
    exif = Pictures.Exif()
    exif[ExifTags.Base.Orientation] = 6  # a quarter turn to the right shows it upright
    return packed(Pictures.fromarray(np.rot90(PHOTO)), exif=exif)


def half_transparent() -> bytes:
    picture = Pictures.fromarray(PHOTO).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 100, 300))
    return packed(picture)


GREY_PHOTO = np.asarray(Pictures.fromarray(PHOTO).convert("L"))
PALETTE = Pictures.fromarray(PHOTO).quantize(64)
CMYK = packed(Pictures.fromarray(PHOTO).convert("CMYK"), "JPEG", quality=95)
ON_WHITE = np.concatenate([np.full_like(PHOTO[:, :100], 255), PHOTO[:, 100:]], axis=1)
STORED: dict[str, tuple[bytes, Image]] = {  # what is sent, and how everybody else shows it
    "turned by EXIF": (turned(), PHOTO),
    "alpha": (half_transparent(), ON_WHITE),
    "palette": (packed(PALETTE), np.asarray(PALETTE.convert("RGB"))),
    "grey": (packed(Pictures.fromarray(GREY_PHOTO)), GREY_PHOTO[..., None].repeat(3, axis=2)),
    "16-bit grey": (
        packed(Pictures.fromarray(GREY_PHOTO.astype(np.uint16) * 257)), GREY_PHOTO[..., None].repeat(3, axis=2)
    ),
    "CMYK": (CMYK, np.asarray(Pictures.open(io.BytesIO(CMYK)).convert("RGB"))),
}  # fmt: skip


class TestReimagePhoto:
    @pytest.mark.parametrize("kind", STORED)
    def test_of_every_kind_comes_back_in_its_own_pixels(self, kind: str) -> None:
        content, shown = STORED[kind]
        spec = ask(model=BY_USER, candidates=1)
        made = reimage_picture(
            clean_pixels(content), spec, [any_tone()], load_made, frames=Frames(), covering_map=MOUTH
        )
        files = write_answer(made, spec, "rim_1").files
        photo, covered = (np.asarray(Pictures.open(io.BytesIO(files[f"photo{end}.png"]))) for end in ("", "-covering"))
        assert np.array_equal(covered, MOUTH[..., 0])
        assert np.array_equal(photo[covered == 0], shown[covered == 0])
        assert not np.array_equal(photo[covered > 0], shown[covered > 0])

    def test_changes_what_is_covered_alone(self) -> None:
        made = run(ask(model=BY_USER, candidates=2))
        answer = write_answer(made, ask(), "rim_1")
        photo, covered = (
            cv2.imdecode(np.frombuffer(answer.files[name], np.uint8), cv2.IMREAD_COLOR_RGB)
            for name in ("photo.png", "photo-covering.png")
        )
        outside = covered[..., 0] == 0
        assert photo.shape == PHOTO.shape
        assert np.array_equal(photo[outside], PHOTO[outside])
        assert not np.array_equal(photo[~outside], PHOTO[~outside])
        assert np.array_equal(~outside, MOUTH[..., 0] > 0)
        said = answer.result["photo"]
        assert said["proof"]["equal"]
        assert said["url"] == "photo.png"
        labelled = cv2.imdecode(np.frombuffer(answer.files[said["labelled"]], np.uint8), cv2.IMREAD_COLOR_RGB)
        assert np.array_equal(labelled[: len(PHOTO), : PHOTO.shape[1]], photo)
        assert (labelled[len(PHOTO) :] < 128).any(), "the statement"
        assert [face["index"] for face in answer.result["faces"]] == [0]

    def test_a_model_has_a_frame_of_its_own(self) -> None:
        lower: Points = USUAL_FRAME + np.array([0, 0.1])
        usual, other = run(ask(until="covering")), run(ask(model=BY_USER, until="covering"), Frames(lambda _: lower))
        assert usual.photo
        assert other.photo
        side = usual.image.shape[0]
        moved = other.photo.aligned.matrix - usual.photo.aligned.matrix
        assert moved[1, 2] == pytest.approx(0.1 * side, rel=0.05)

    def test_selection_chooses_before_the_last_cut(self) -> None:
        asked: list[FaceModel] = []

        def lower(model: FaceModel) -> Points:
            asked.append(model)
            return USUAL_FRAME + np.array([0, 0.05])

        frames = Frames(lower)
        for _ in range(2):
            made = run(ask(candidates=1), frames)
            assert made.choice
            assert made.choice.by == "attributes"
        assert len(asked) == 1  # it is kept

    def test_the_matrix_that_is_told_lays_it_back_to_the_same_pixels(self) -> None:
        """So faces that are used again give the same photograph; a millionth of a turn moves a large one's far side."""
        picture = np.random.default_rng(0).integers(0, 256, (1500, 2000, 3), np.uint8)
        aligned = align(picture, face_at(700, 641.3), USUAL_FRAME + np.array([0.01, 0.02]))
        covering = np.zeros(aligned.crop.shape[:2], np.bool_)
        covering[300:500, 200:500] = True
        made = run(ask(model=BY_USER, candidates=1))
        assert made.filling
        made = replace(
            made, found=FoundCovering(covering, "map"), filling=replace(made.filling, finals=(~aligned.crop,))
        )
        photo, mark = Photo(picture, (face_at(700),), 0, aligned), Mark("sha256:0", "rim_1", "0.1.0")
        files, said, ((after, covered),) = write_photo(photo, made, mark)
        told = replace(aligned, matrix=np.array(said["matrix"]))
        again = write_photo(replace(photo, aligned=told, drawn=covered), made, mark)
        is_same = again[0] == files  # said apart: pytest would show where megabytes differ
        assert is_same
        assert not np.array_equal(after, picture)

    def test_there_is_room_for_each_of_its_pictures(self) -> None:
        files = write_answer(run(ask(model=BY_USER, candidates=1)), ask(), "rim_1").files
        pictures = {name for name in files if name.startswith("photo")} | {"photo-input.png"}  # that the worker adds
        assert sum(GREY if "covering" in name else COLOUR for name in pictures) == OF_PHOTO

    def test_stops_early(self) -> None:
        made = run(ask(until="selection"))
        assert made.filling is None
        answer = write_answer(made, ask(), "rim_1")
        assert "photo.png" not in answer.files
        assert answer.result["photo"]["covering"] == "photo-covering.png"
