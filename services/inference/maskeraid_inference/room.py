"""How much room a result takes at most: no more candidates are drawn than a bundle that can be verified holds."""

from maskeraid_core.documents.reimagings import LARGEST_BUNDLE, MOST_CANDIDATES
from maskeraid_faces.errors import BadSettings

# Bytes a pixel of what deflate cannot make smaller; `encode_png` adds 0.1 % at most, which is among the rest.
COLOUR, GREY = 3, 1
AT_INPUT = 4 * COLOUR + 2 * GREY  # input, clipped, labelled, why; covering, uncertainty
AT_MODEL = 4 * COLOUR  # interval-low, interval-high, and the two halves of seam
OF_PHOTO = 3 * COLOUR + GREY  # photo-input, photo, photo-labelled; photo-covering
OF_CANDIDATE = 2 * COLOUR + 3 * 4  # generated and smoothed, and its part of generated.npy, float32
REST = 8 * 2**20  # bytes: the contact sheet (5.5 MB), feature maps (1.2 MB), what is written


def check_room(candidates: int, side: int, model_side: int, photo_pixels: int = 0) -> None:
    """Raise BadSettings, with the largest number that fits, unless so many candidates leave the bundle verifiable.

    Args:
        candidates: how many are asked for.
        side: pixels, of the face as it came; every final picture has it.
        model_side: pixels, of the faces as they are drawn.
        photo_pixels: of the photograph that the face was cut out of; 0 when there is none.
    """
    most = most_candidates(side, model_side, photo_pixels)
    if candidates > most:
        raise BadSettings(
            f"{candidates} candidates of {side} x {side} pixels do not fit into one result: ask for {most} or fewer, "
            "or send a smaller picture",
            field="candidates", allowed=[1, most],
        )  # fmt: skip


def most_candidates(side: int, model_side: int, photo_pixels: int = 0) -> int:
    """How many fit at least, 1 to 64. The best one lies there twice."""
    fixed = AT_INPUT * side**2 + AT_MODEL * model_side**2 + OF_PHOTO * photo_pixels + REST
    each = COLOUR * side**2 + OF_CANDIDATE * model_side**2
    return max(1, min((LARGEST_BUNDLE - fixed) // each - 1, MOST_CANDIDATES))
