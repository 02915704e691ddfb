"""Odd, broken, and hostile images, made by code from a seed; none is kept as a file."""

import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image as Pictures
from PIL import ImageCms, PngImagePlugin

from maskeraid_faces.drawn import draw_faces

FACE = Pictures.fromarray(draw_faces("faces-light").images[0])
CANARY = b"canary-latitude-47.3769"


def packed(picture: Pictures.Image, file_format: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, file_format, **options)
    return target.getvalue()


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_by_hand(width: int, height: int, depth: int, colour_type: int, rows: bytes, *chunks: bytes) -> bytes:
    """A PNG from its header's numbers, whether or not they make sense."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    body = [png_chunk(b"IHDR", header), *chunks, png_chunk(b"IDAT", zlib.compress(rows)), png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def webp_header(width: int, height: int) -> bytes:
    """An extended WebP that claims a canvas and has no picture."""
    body = struct.pack("<B3x", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def jpeg_of_claimed_size(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size."""
    content = bytearray(packed(FACE, "JPEG"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def zeros_png(width: int, height: int, *, interlaced: bool = False) -> bytes:
    """A whole PNG of black pixels, a thousand times smaller than they are; all passes of an interlaced one."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, int(interlaced))
    passes = [(8, 8), (8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2)] if interlaced else [(1, 1)]
    size = sum((-(-width // across) + 1) * -(-height // down) for across, down in passes)
    body = [png_chunk(b"IHDR", header), png_chunk(b"IDAT", zlib.compress(bytes(size), 1)), png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def black(file_format: str, width: int, height: int, **options: object) -> bytes:
    return packed(Pictures.new("RGB", (width, height)), file_format, **options)


def with_exif(file_format: str, orientation: int = 1) -> bytes:
    exif = Pictures.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return packed(FACE, file_format, exif=exif, **({"quality": 100, "subsampling": 0} if file_format == "JPEG" else {}))


def with_text(*pairs: tuple[str, str], zipped: bool = False) -> bytes:
    text = PngImagePlugin.PngInfo()
    for key, value in pairs:
        text.add_text(key, value, zip=zipped)
    return packed(FACE, "PNG", pnginfo=text)


def profile_of_lab() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def profile_with_red_and_green_swapped() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"wXYZ").replace(b"gXYZ", b"rXYZ").replace(b"wXYZ", b"gXYZ")


def animation(file_format: str) -> bytes:
    return packed(FACE, file_format, save_all=True, append_images=[FACE.rotate(90), FACE.rotate(180)])


def two_pictures_in_one_jpeg() -> bytes:
    return packed(FACE, "MPO", save_all=True, append_images=[FACE.rotate(90)])


def deep_grey() -> bytes:
    values = np.linspace(0, 65535, 32 * 32).astype(np.uint16).reshape(32, 32)
    return packed(Pictures.fromarray(values), "PNG")


def deep_colour() -> bytes:
    pixels = np.asarray(FACE).astype(np.uint16) * 257
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in pixels)
    return png_by_hand(32, 32, 16, 2, rows)


def transparent(mode: str) -> Pictures.Image:
    """The face with its left half fully transparent."""
    picture = FACE.convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 16, 32))
    return picture.convert(mode)


# Accepted: what each becomes is a face that decodes, without anything but pixels.
ODD: dict[str, Callable[[], bytes]] = {
    "png": lambda: packed(FACE, "PNG"),
    "jpeg": lambda: packed(FACE, "JPEG", quality=95),
    "progressive jpeg": lambda: packed(FACE, "JPEG", progressive=True),
    "webp": lambda: packed(FACE, "WEBP"),
    "lossless webp": lambda: packed(FACE, "WEBP", lossless=True),
    "one bit": lambda: packed(FACE.convert("1"), "PNG"),
    "grey png": lambda: packed(FACE.convert("L"), "PNG"),
    "grey jpeg": lambda: packed(FACE.convert("L"), "JPEG"),
    "grey with alpha": lambda: packed(transparent("LA"), "PNG"),
    "16-bit grey": deep_grey,
    "16-bit colour": deep_colour,
    "palette": lambda: packed(FACE.quantize(8), "PNG"),
    "palette with transparency": lambda: packed(FACE.quantize(8), "PNG", transparency=0),
    "colour key": lambda: packed(FACE, "PNG", transparency=(120, 180, 220)),
    "alpha png": lambda: packed(transparent("RGBA"), "PNG"),
    "alpha webp": lambda: packed(transparent("RGBA"), "WEBP", lossless=True),
    "cmyk jpeg": lambda: packed(FACE.convert("CMYK"), "JPEG"),
    "exif and gps in jpeg": lambda: with_exif("JPEG"),
    "exif and gps in png": lambda: with_exif("PNG"),
    "exif and gps in webp": lambda: with_exif("WEBP"),
    "comment in jpeg": lambda: packed(FACE, "JPEG", comment=CANARY),
    "text chunk": lambda: with_text(("Comment", CANARY.decode())),
    "xmp": lambda: packed(FACE, "WEBP", xmp=CANARY),
    "profile of another space": lambda: packed(FACE, "PNG", icc_profile=profile_of_lab()),
    "broken profile": lambda: packed(FACE, "JPEG", icc_profile=CANARY * 9),
    "trailing html": lambda: packed(FACE, "PNG") + b"<script>alert(1)</script>" + CANARY,
    "trailing zip": lambda: packed(FACE, "JPEG") + b"PK\x03\x04" + CANARY,
    "second picture in a jpeg": two_pictures_in_one_jpeg,
    "broken exif": lambda: packed(FACE, "JPEG", exif=b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\xff\xff" + CANARY),
    "missing rows": lambda: png_by_hand(32, 32, 8, 2, bytes(97 * 5)),  # black, as in browsers
    "one pixel": lambda: packed(Pictures.new("RGB", (1, 1)), "PNG"),
    "narrow": lambda: packed(Pictures.new("RGB", (1, 4000)), "PNG"),
}

# Refused: reason, maker.
HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("format", lambda: b""),
    "words": ("format", lambda: b"not an image at all"),
    "html": ("format", lambda: b"<!doctype html><script>alert(1)</script>"),
    "svg": ("format", lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "gif": ("format", lambda: packed(FACE, "GIF")),
    "bomb gif": ("format", lambda: b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + bytes(64)),
    "bmp": ("format", lambda: packed(FACE, "BMP")),
    "tiff": ("format", lambda: packed(FACE, "TIFF")),
    "ico": ("format", lambda: packed(FACE, "ICO")),
    "eps": ("format", lambda: packed(FACE, "EPS")),
    "pdf": ("format", lambda: packed(FACE, "PDF")),
    "jpeg 2000": ("format", lambda: b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(64)),
    "psd": ("format", lambda: b"8BPS\x00\x01" + bytes(64)),
    "fits": ("format", lambda: b"SIMPLE  =                    T" + b" " * 2850),
    "avif": ("format", lambda: b"\x00\x00\x00\x1cftypavif" + bytes(64)),
    "zip": ("format", lambda: b"PK\x03\x04" + packed(FACE, "PNG")),
    "only the magic of png": ("unreadable", lambda: b"\x89PNG\r\n\x1a\n"),
    "only the magic of jpeg": ("unreadable", lambda: b"\xff\xd8\xff"),
    "animated png": ("animated", lambda: animation("PNG")),
    "animated webp": ("animated", lambda: animation("WEBP")),
    "bomb png": ("too_many_pixels", lambda: png_by_hand(16_000, 16_000, 8, 2, b"")),
    "just over 40 megapixels": ("too_many_pixels", lambda: png_by_hand(8000, 5001, 8, 2, b"")),
    "bomb jpeg": ("too_many_pixels", lambda: jpeg_of_claimed_size(16_000, 16_000)),
    "giant side": ("side_too_long", lambda: png_by_hand(16_385, 1, 8, 0, bytes(16_386))),
    "giant side of a jpeg": ("side_too_long", lambda: jpeg_of_claimed_size(65_000, 8)),
    "gigantic header": ("too_many_pixels", lambda: png_by_hand(2**31 - 1, 2**31 - 1, 8, 2, b"")),
    "no size": ("unreadable", lambda: png_by_hand(0, 0, 8, 2, b"")),
    "depth that does not exist": ("unreadable", lambda: png_by_hand(8, 8, 7, 2, bytes(200))),
    "webp without a picture": ("too_many_pixels", lambda: webp_header(16_000, 16_000)),
    "text flood": ("unreadable", lambda: with_text(*((f"k{i}", "a" * 2**20) for i in range(80)), zipped=True)),
    "zipped text bomb": ("unreadable", lambda: with_text(("Comment", "a" * 2**26), zipped=True)),
    "too many bytes": ("too_many_bytes", lambda: packed(FACE, "PNG") + bytes(25 * 2**20)),
    "cut png": ("unreadable", lambda: packed(FACE, "PNG")[:-80]),
    "cut jpeg": ("unreadable", lambda: packed(FACE, "JPEG")[:-80]),
    "cut webp": ("unreadable", lambda: packed(FACE, "WEBP")[:-80]),
    "broken checksum": ("unreadable", lambda: packed(FACE, "PNG").replace(b"IHDR", b"IHDS")),
}


def mutated(content: bytes, seed: int) -> bytes:
    """The same bytes with up to eight of them changed, and sometimes cut."""
    dice = random.Random(seed)
    changed = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed[: dice.randrange(1, len(changed))] if dice.random() < 0.2 else changed)


# Small files of very many pixels, all within the general limits.
LARGE: dict[str, Callable[[], bytes]] = {
    "png": lambda: zeros_png(8000, 5000),
    "interlaced png": lambda: zeros_png(8000, 5000, interlaced=True),
    "wide png": lambda: zeros_png(16_384, 16),
    "tall png": lambda: zeros_png(16, 16_384),
    "square png": lambda: zeros_png(2056, 2056),
    "jpeg": lambda: jpeg_of_claimed_size(8000, 5000),
    "progressive jpeg": lambda: black("JPEG", 4096, 1024, progressive=True),
    "wide jpeg": lambda: jpeg_of_claimed_size(16_384, 32),
    "tall jpeg": lambda: jpeg_of_claimed_size(32, 16_384),
    "webp": lambda: black("WEBP", 3000, 3000, lossless=True, method=0),
    "wide webp": lambda: black("WEBP", 16_383, 16, lossless=True, method=0),
    "tall webp": lambda: black("WEBP", 16, 16_383, lossless=True, method=0),
}
