"""Makes a generated face belong to the visible one: its colours, then its seam. Only covered pixels ever change."""

from typing import Literal

import numpy as np

from maskeraid_faces.blending.composite import superimpose
from maskeraid_faces.blending.palette import MOST_COLOURS_DRAWN, Palette, nearest_colours, palette_of, smooth
from maskeraid_faces.blending.seam import Membrane, soften_rim
from maskeraid_faces.blending.skin_tone import drawn_skin, fit_colours, skin_of_photo, to_lab, with_skin
from maskeraid_faces.images import Covering, Floats, Image, Images, check_covering, check_image

COLOURS_WITHOUT_PALETTE = 16
OFF_SKIN_RIM_WEIGHT = 0.2  # hair and background beside the hole must not bleed into it


def harmonise(
    generated: Image,
    image: Image,
    covering: Covering,
    *,
    kind: Literal["auto", "drawn", "photo"] = "auto",
    palette: Palette | None = None,
) -> Image:
    """Fit a generated face to the visible side of the input; `harmonise_all` does many at once."""
    fitted: Image = harmonise_all(generated[None], image, covering, kind=kind, palette=palette)[0]
    return fitted


def harmonise_all(
    generated: Images,
    image: Image,
    covering: Covering,
    *,
    kind: Literal["auto", "drawn", "photo"] = "auto",
    palette: Palette | None = None,
) -> Images:
    """Fit k generated faces to the visible side of one input.

    Args:
        generated: uint8 (k, H, W, 3) RGB, the whole faces: what they show beside the covering is compared with the
            input, so a filling that is right in the hole alone must show its own prediction or the input there.
        image: the input, uint8 (H, W, 3) RGB.
        covering: bool (H, W), True where covered.
        kind: "drawn" snaps to the palette and makes skin the visible skin exactly; "photo" fits colours on the ring
            beside the covering and closes the seam; "auto" takes an input of 64 visible colours or fewer for drawn.
        palette: the model's exact colours (c, 3), for drawn faces; without it 16 clusters of each generated face.

    Returns:
        uint8 (k, H, W, 3), equal to `image` wherever it is not covered.

    Raises:
        BadImage, BadCovering, ShapeMismatch, NothingCovered, TooMuchCovered.

    Source: Desentz 2021, section 8.3, which asks for it; the method is ours.
    """
    check_image(image)
    check_covering(covering, image)
    if kind == "auto":
        kind = "drawn" if len(palette_of(image[~covering])) <= MOST_COLOURS_DRAWN else "photo"
    if kind == "drawn":
        fitted = np.stack([_fit_drawn(one, image, covering, palette) for one in generated])
    else:
        fitted = _fit_photos(generated, image, covering)
    return np.stack([superimpose(image, one, covering) for one in fitted])


def _fit_drawn(generated: Image, image: Image, covering: Covering, palette: Palette | None) -> Image:
    """No membrane here: it would invent colours."""
    # Not the visible colours beside the model's: a nose of the model could snap to the skin of another tone.
    if palette is None:
        palette = palette_of(smooth(generated, COLOURS_WITHOUT_PALETTE))
    nearest = nearest_colours(generated, palette)
    theirs, ours = drawn_skin(palette[nearest], np.ones_like(covering)), drawn_skin(image, ~covering)
    if theirs is not None and ours is not None:
        palette = with_skin(palette, theirs, ours)
    return np.asarray(palette[nearest])


def _fit_photos(generated: Images, image: Image, covering: Covering) -> Images:
    lab = to_lab(image)
    skin = skin_of_photo(lab, ~covering)
    fills: Floats = np.stack([fit_colours(one, lab, covering, skin) for one in generated])
    fills = Membrane(covering, np.where(skin, 1.0, OFF_SKIN_RIM_WEIGHT)).correct(fills, image)
    finished: Images = np.clip(np.rint(soften_rim(fills, image, covering)), 0, 255).astype(np.uint8)
    return finished
