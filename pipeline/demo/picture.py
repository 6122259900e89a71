"""The picture of one meme, drawn: background, a cat or a car, and the caption in the style of Impact."""

from __future__ import annotations

import colorsys
import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.demo.captions import Caption
from pipeline.demo.figures import FIGURES
from pipeline.demo.pen import Pen
from pipeline.demo.signal import Attributes

FONT = Path(__file__).parent / "assets" / "Anton-Regular.ttf"
# Shapes are drawn at twice the size and halved: PIL's polygons have no smooth edges of their own.
OVERSAMPLE = 2
WARM_HUES = (0.0, 0.14)
COOL_HUES = (0.48, 0.72)

Colour = tuple[int, int, int]


def draw_picture(
    attributes: Attributes, caption: Caption, size: tuple[int, int], rng: np.random.Generator
) -> Image.Image:
    """Draw one meme.

    Args:
        attributes: `background` +1 gives a warm sunburst, −1 cool stripes; `subject` +1 a cat, −1 a car.
        caption: The lines written at the top and at the bottom.
        size: Width and height in pixels.
        rng: Source of everything that the attributes leave open: colours, places, angles, sizes, ornaments.

    Returns:
        The picture, RGB, of the size asked for.
    """
    width, height = size[0] * OVERSAMPLE, size[1] * OVERSAMPLE
    canvas = Image.new("RGB", (width, height))
    (_sunburst if attributes.background > 0 else _stripes)(canvas, rng)

    pen = Pen(
        ImageDraw.Draw(canvas),
        middle=(width * rng.uniform(0.38, 0.62), height * rng.uniform(0.44, 0.56)),
        side=min(width, height) * rng.uniform(0.62, 0.82),
        turn=math.radians(rng.uniform(-14, 14)),
        mirrored=bool(rng.random() < 0.5),
    )
    FIGURES[attributes.subject](pen, rng)

    picture = canvas.reduce(OVERSAMPLE)
    draw = ImageDraw.Draw(picture)
    _write(draw, caption.top, size, at_bottom=False)
    _write(draw, caption.bottom, size, at_bottom=True)
    return picture


def _colour(hues: tuple[float, float], saturation: float, value: float, rng: np.random.Generator) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(rng.uniform(*hues), saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)


def _sunburst(canvas: Image.Image, rng: np.random.Generator) -> None:
    """Rays of two warm colours out of a point near the middle."""
    draw = ImageDraw.Draw(canvas)
    x, y = canvas.width * rng.uniform(0.3, 0.7), canvas.height * rng.uniform(0.3, 0.7)
    draw.rectangle((0, 0, *canvas.size), fill=_colour(WARM_HUES, rng.uniform(0.35, 0.65), 1.0, rng))
    ray = _colour(WARM_HUES, rng.uniform(0.75, 0.95), rng.uniform(0.85, 1.0), rng)
    rays, turn, reach = int(rng.integers(8, 19)), rng.uniform(0, math.tau), 2 * max(canvas.size)
    for index in range(rays):
        start = turn + index * math.tau / rays
        ends = [(x + reach * math.cos(a), y + reach * math.sin(a)) for a in (start, start + math.pi / rays)]
        draw.polygon([(x, y), *ends], fill=ray)


def _stripes(canvas: Image.Image, rng: np.random.Generator) -> None:
    """Slanted parallel stripes of two cool colours."""
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, *canvas.size), fill=_colour(COOL_HUES, rng.uniform(0.3, 0.55), rng.uniform(0.8, 1.0), rng))
    stripe = _colour(COOL_HUES, rng.uniform(0.55, 0.85), rng.uniform(0.45, 0.8), rng)
    pitch = canvas.width / rng.uniform(4, 11)
    slant = canvas.height * math.tan(rng.uniform(-1.0, 1.0))
    left = min(0.0, -slant) - pitch * rng.uniform(0, 1)
    right = max(canvas.width, canvas.width - slant)
    while left < right:
        foot = left + slant
        half = pitch / 2
        draw.polygon([(left, 0), (left + half, 0), (foot + half, canvas.height), (foot, canvas.height)], fill=stripe)
        left += pitch


@lru_cache(maxsize=64)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), pixels)


def _write(draw: ImageDraw.ImageDraw, line: str, size: tuple[int, int], at_bottom: bool) -> None:
    """Write in white capitals with a black outline, as large as fits on two lines."""
    width, height = size
    words, margin = line.upper().split(), max(2, height // 40)
    for pixels in range(max(8, height // 9), 7, -1):
        font = _font(pixels)
        wrapped = _wrap(words, font, width - 2 * margin)
        if len(wrapped) <= 2:
            break
    draw.multiline_text(
        (width / 2, height - margin if at_bottom else margin),
        "\n".join(wrapped),
        font=font,
        fill="white",
        anchor="md" if at_bottom else "ma",
        align="center",
        spacing=0,
        stroke_width=max(1, pixels // 14),
        stroke_fill="black",
    )


def _wrap(words: list[str], font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
