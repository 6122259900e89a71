"""An image as bytes that every decoder reads alike."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageOps

from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.thumbnail import LEAST_SIDE, make_thumbnail
from components.pairs.unusable import Unusable

_SIGNATURES = {
    "JPEG": b"\xff\xd8\xff",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "GIF": b"GIF8",
    "WEBP": b"RIFF",
    "BMP": b"BM",
}
_JPEG_START_OF_SCAN = b"\xff\xda"
_JPEG_END = b"\xff\xd9"
_PNG_BIT_DEPTH_OFFSET = 24
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_JPEG_OPTIONS = {"quality": 95}
# Pillow names the file object by its place in memory, which no two runs share.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


@dataclass(frozen=True)
class NormalImage:
    """A JPEG or PNG of an upright 8-bit RGB or grey picture, with its size in pixels and its thumbnail."""

    data: bytes
    width: int
    height: int
    thumbnail: bytes


def normalise_image(data: bytes, limits: PairLimits) -> NormalImage:
    """Decodes an image whole and returns bytes that Pillow and TensorFlow read alike.

    Plain RGB or grey JPEG and PNG are passed on untouched. CMYK, turned (EXIF), palette, transparent (laid over
    white) and 16-bit pictures, the first frame of GIF and WebP, and BMP are encoded anew: JPEG as JPEG, all else
    as PNG or, where that would be too large, as JPEG.

    Args:
        data: The encoded image.
        limits: Bounds of a usable pair.

    Raises:
        Unusable: The image is too large, of another format, or cannot be decoded.
    """
    if len(data) > limits.max_image_bytes:
        received = f"The image has {len(data):,} bytes; at most {limits.max_image_bytes:,} are read"
        raise Unusable(Reason.IMAGE_TOO_LARGE, received)
    image_format = _format_of(data, limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(data, image_format, limits)
    except Unusable:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(str(error), limits) from error
    except Exception as error:  # On crafted bytes Pillow's decoders raise nearly any type of exception.
        said = _ADDRESS.sub("", str(error))[:200]
        received = f"The {image_format} image cannot be decoded ({type(error).__name__}: {said})"
        raise Unusable(Reason.IMAGE_NOT_DECODABLE, received) from error


def _format_of(data: bytes, limits: PairLimits) -> str:
    if not data:
        raise Unusable(Reason.IMAGE_NOT_DECODABLE, "The image is an empty file")
    for image_format in limits.formats:
        if data.startswith(_SIGNATURES[image_format]):
            return image_format
    raise Unusable(Reason.IMAGE_FORMAT_UNSUPPORTED, f"The image begins with {data[:12]!r}")


def _too_many_pixels(received: str, limits: PairLimits) -> Unusable:
    return Unusable(Reason.IMAGE_TOO_MANY_PIXELS, f"{received}; at most {limits.max_pixels:,} pixels are decoded")


def _decode(data: bytes, image_format: str, limits: PairLimits) -> NormalImage:
    with _open(data, image_format) as image:
        width, height = image.size
        if width * height > limits.max_pixels:
            raise _too_many_pixels(f"The image is {width:,} × {height:,}", limits)
        if image_format == "JPEG":
            return _decode_jpeg(image, data, limits)
        if image_format == "PNG":
            image.verify()  # Pillow decodes on past a wrong checksum, TensorFlow fails on it.
    with _open(data, image_format) as image:
        image.load()
        if image_format == "PNG" and _png_reads_alike(image, data):
            return NormalImage(data, width, height, make_thumbnail(image))
        return _encode(_plain_rgb(image), image_format, limits)


def _open(data: bytes, image_format: str) -> Image.Image:
    return Image.open(BytesIO(data), formats=[image_format])


def _decode_jpeg(image: Image.Image, data: bytes, limits: PairLimits) -> NormalImage:
    if (scans := data.count(_JPEG_START_OF_SCAN)) > limits.max_jpeg_scans:
        received = f"The JPEG holds {scans:,} scans; at most {limits.max_jpeg_scans} are decoded"
        raise Unusable(Reason.IMAGE_NOT_DECODABLE, received)
    width, height = image.size
    if not _is_plain(image) or _JPEG_END not in data[-64:]:
        image.load()
        return _encode(_plain_rgb(image), "JPEG", limits)
    # Every coefficient is decoded, so that the same bytes fail; only the pixels that are made of them are fewer.
    image.draft("RGB", (LEAST_SIDE, LEAST_SIDE))
    image.load()
    return NormalImage(data, width, height, make_thumbnail(image))


def _is_plain(image: Image.Image) -> bool:
    return image.mode in ("RGB", "L") and image.getexif().get(ExifTags.Base.Orientation, 1) not in range(2, 9)


def _png_reads_alike(image: Image.Image, data: bytes) -> bool:
    whole = data.endswith(_PNG_END) and data.count(b"IEND") == 1  # The chunks were verified up to the first.
    return _is_plain(image) and whole and data[_PNG_BIT_DEPTH_OFFSET] == 8 and "transparency" not in image.info


def _plain_rgb(image: Image.Image) -> Image.Image:
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey, which `convert` would clip at 255.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGBA", layer.size, "white")
        image.alpha_composite(layer)
    image = image.convert("RGB")
    image.info.clear()
    return image


def _encode(image: Image.Image, image_format: str, limits: PairLimits) -> NormalImage:
    for target in ("JPEG",) if image_format == "JPEG" else ("PNG", "JPEG"):
        encoded = BytesIO()
        image.save(encoded, target, **(_JPEG_OPTIONS if target == "JPEG" else {}))
        if encoded.tell() <= limits.max_image_bytes:
            return NormalImage(encoded.getvalue(), *image.size, make_thumbnail(image))
    received = f"Converted to RGB the image has {encoded.tell():,} bytes; at most {limits.max_image_bytes:,} are kept"
    raise Unusable(Reason.IMAGE_TOO_LARGE, received)
