"""Turns the bytes that somebody sent into an image that is safe to keep: `sanitise`. To be called in a limited process.

What leaves is made from pixels alone: no metadata, no second picture, no trailing bytes of the original survive.
"""

import io
import re
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pictures
from PIL import ImageCms, ImageOps

from maskeraid_faces.errors import BadImage
from maskeraid_faces.images import Image
from maskeraid_faces.png import encode_png
from maskeraid_faces.sanitising_sides import Sides

FORMATS = ("JPEG", "PNG", "WEBP")
MAGIC = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP", re.DOTALL)
GENERATED_WORD = b"digitalsourcetype"  # looked for first: ten times as fast as the expression
GENERATED = re.compile(rb"digitalsourcetype/(compositeWith)?trainedAlgorithmicMedia", re.IGNORECASE)
MAX_BYTES = 25 * 2**20
MAX_PIXELS = 40_000_000
MAX_SIDE = 16_384
THUMBNAIL_SIDE = 128
WHITE = 255


@dataclass(frozen=True)
class SanitisedImage:
    """An image as we keep it. `png` is the input that every later promise about visible pixels speaks of."""

    pixels: Image  # (height, width, 3) sRGB, any size within the limits
    png: bytes  # the same pixels, RGB, without metadata
    grey: bool  # every pixel has three equal channels
    width: int
    height: int
    thumbnail: bytes | None  # WebP, longer side 128; None for an image no larger than that


def says_generated(content: bytes) -> bool:
    """Whether a file says of itself, in XMP, that a trained generator made it or a part of it, as our results do.

    Nothing is parsed: PNG, JPEG, and WebP carry XMP as plain text. Source: IPTC Digital Source Type.
    """
    return GENERATED_WORD in content.lower() and GENERATED.search(content) is not None


def sanitise(content: bytes, sides: Sides | None = None) -> SanitisedImage:
    """Check, decode, turn upright, bring to sRGB on white, and pack afresh one JPEG, PNG, or WebP.

    The format is told by the content alone. Sizes are checked before anything is decoded: the general limits, then
    the `sides` that are wanted here.

    Raises:
        BadImage: with `facts["reason"]` of too_many_bytes, format, too_many_pixels, side_too_long, animated,
            unreadable, or one of `Sides.check`; the message says it in words for the sender.
    """
    pixels = clean_pixels(content, sides)
    height, width = pixels.shape[:2]
    grey = _is_grey(pixels[:1]) and _is_grey(pixels)  # the first row tells of nearly every coloured picture
    return SanitisedImage(pixels, encode_png(pixels, has_repeats=grey), grey, width, height, thumbnail_of(pixels))


def _is_grey(pixels: Image) -> bool:
    return bool((pixels == pixels[..., :1]).all())


def clean_pixels(content: bytes, sides: Sides | None = None) -> Image:
    """The pixels alone of one JPEG, PNG, or WebP, (height, width, 3) sRGB; checks and errors as of `sanitise`."""
    if len(content) > MAX_BYTES:
        raise _refusal("too_many_bytes", f"larger than {MAX_BYTES // 2**20} MiB")
    if not MAGIC.match(content):
        raise _refusal("format", "not a JPEG, PNG, or WebP: save it as one of them")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged EXIF is no reason to refuse pixels that decode
        warnings.simplefilter("error", Pictures.DecompressionBombWarning)
        picture = _opened(content)
        if sides:
            sides.check(*picture.size)  # turning a picture upright may swap the two: these rules do not mind
        return _decoded(picture)


def _opened(content: bytes) -> Pictures.Image:
    """Read the header, and refuse by it."""
    try:
        picture = Pictures.open(io.BytesIO(content), formats=FORMATS)
    except (Pictures.DecompressionBombError, Pictures.DecompressionBombWarning) as error:
        raise _refusal("too_many_pixels", f"more than {MAX_PIXELS // 10**6} megapixels") from error
    except MemoryError:
        raise  # the process's limit, not the picture's fault
    except Exception as error:  # Pillow's parsers raise whatever a broken header makes them stumble over
        raise _refusal("unreadable", "broken or cut short: it cannot be read") from error
    width, height = picture.size
    if max(width, height) > MAX_SIDE:
        raise _refusal("side_too_long", f"{width} x {height}; no side may be longer than {MAX_SIDE} pixels")
    if width * height > MAX_PIXELS:
        raise _refusal("too_many_pixels", f"{width} x {height}; at most {MAX_PIXELS // 10**6} megapixels are read")
    # A JPEG's further pictures (MPO) are previews and depth maps of cameras: they are dropped, not refused.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise _refusal("animated", "animated: send a single picture")
    return picture


def _decoded(picture: Pictures.Image) -> Image:
    """Decode, and keep nothing but upright RGB pixels."""
    try:
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
        plain = _in_srgb(_on_white(picture), picture.info.get("icc_profile"))
        return np.array(plain)
    except MemoryError:
        raise
    except Exception as error:  # as above: broken pixels, text floods, impossible EXIF
        raise _refusal("unreadable", "broken or cut short: it cannot be read") from error


def _on_white(picture: Pictures.Image) -> Pictures.Image:
    """Eight bits a channel and no transparency: mode L, RGB, or CMYK."""
    if picture.mode.startswith("I"):  # 16-bit grey
        picture = Pictures.fromarray(np.rint(np.asarray(picture, np.float32) / 257).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        flat = Pictures.new("RGB", picture.size, (WHITE, WHITE, WHITE))
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    return picture if picture.mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


def _in_srgb(picture: Pictures.Image, profile: bytes | None) -> Pictures.Image:
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile, or one of another mode: shown as browsers show it, as if untagged
    return picture if picture.mode == "RGB" else picture.convert("RGB")  # which would make a copy


def thumbnail_of(pixels: Image) -> bytes | None:
    """WebP, longer side 128; None for an image no larger than that."""
    if max(pixels.shape) <= THUMBNAIL_SIDE:
        return None
    small = Pictures.fromarray(pixels)  # a fresh picture, with no `info` to leak into the file
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    packed = io.BytesIO()
    small.save(packed, "WEBP", quality=80)
    return packed.getvalue()


def _refusal(reason: str, words: str) -> BadImage:
    return BadImage(words, reason=reason)
