"""The two subjects of drawn memes: a cat's head and a car, each in many variants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.demo.pen import Pen

FURS = ("#e8923a", "#8d8d93", "#4a4951", "#f1e3cb", "#a5673f", "#d9b38c")
EYES = ("#9bd14b", "#f4c430", "#6fc3df")
PAINTS = ("#d7263d", "#2e86de", "#2a9d4a", "#f4c20d", "#f5f5f5", "#7b4fa3", "#ef7f1a")
GLASS, CHROME, WHITE, BLACK, RED, PINK = "#bfe6f5", "#c9ccd1", "#fbf6ee", "#2b2b30", "#d7263d", "#f4a6b0"


def draw_cat(pen: Pen, rng: np.random.Generator) -> None:
    """Draw a cat's head.

    Args:
        pen: Holds the frame to draw in.
        rng: Source of fur, eyes, proportions and ornaments.
    """
    fur, eyes = rng.choice(FURS), rng.choice(EYES)
    broad, ear = rng.uniform(0.34, 0.40), rng.uniform(0.12, 0.22)
    spread, pupil = rng.uniform(0.14, 0.18), rng.uniform(0.015, 0.05)
    for side in (-1, 1):
        outer = 0.5 + side * broad * 0.95
        pen.polygon([(outer, 0.50), (outer + side * 0.02, ear), (0.5 + side * 0.12, 0.28)], fur)
        pen.polygon([(outer - side * 0.05, 0.42), (outer - side * 0.01, ear + 0.07), (0.5 + side * 0.19, 0.30)], PINK)
    pen.ellipse(0.5, 0.56, broad, 0.31, fur)
    if rng.random() < 0.5:
        for x in (-0.08, 0.0, 0.08):
            pen.line((0.5 + x, 0.265), (0.5 + x * 0.8, 0.36))
    for side in (-1, 1):
        pen.ellipse(0.5 + side * spread, 0.52, 0.075, 0.08, eyes)
        pen.ellipse(0.5 + side * spread, 0.52, pupil, 0.06, BLACK)
    if rng.random() < 0.25:
        pen.line((0.2, 0.47), (0.8, 0.47))
        for x in (0.345, 0.655):
            pen.block(x - 0.12, 0.46, x + 0.12, 0.60, 0.05, BLACK)
    pen.ellipse(0.5, 0.71, 0.13, 0.085, WHITE)
    pen.polygon([(0.46, 0.645), (0.54, 0.645), (0.5, 0.685)], "#e77587")
    for side in (-1, 1):
        pen.arc(0.5 + side * 0.04, 0.695, 0.04, 0, 180)
        for tilt in (-0.04, 0.0, 0.04):
            pen.line((0.5 + side * 0.16, 0.69 + tilt / 2), (0.5 + side * 0.46, 0.68 + tilt * 2))
    if rng.random() < 0.3:
        for side in (-1, 1):
            pen.polygon([(0.5, 0.88), (0.5 + side * 0.12, 0.82), (0.5 + side * 0.12, 0.95)], RED)


def draw_car(pen: Pen, rng: np.random.Generator) -> None:
    """Draw a car from the side.

    Args:
        pen: Holds the frame to draw in.
        rng: Source of paint, proportions and ornaments.
    """
    paint, roof = rng.choice(PAINTS), rng.uniform(0.24, 0.34)
    front, wheel = rng.uniform(0.70, 0.78), rng.uniform(0.10, 0.135)
    pen.polygon([(0.16, 0.52), (0.25, roof), (0.60, roof), (front, 0.52)], paint)
    pen.polygon([(0.22, 0.50), (0.28, roof + 0.04), (0.40, roof + 0.04), (0.40, 0.50)], GLASS)
    pen.polygon([(0.43, 0.50), (0.43, roof + 0.04), (0.58, roof + 0.04), (front - 0.06, 0.50)], GLASS)
    if rng.random() < 0.4:
        pen.block(0.28, roof - 0.06, 0.56, roof - 0.01, 0.02, "#b98b4e")
    if rng.random() < 0.3:
        pen.polygon([(0.02, 0.42), (0.16, 0.42), (0.12, 0.52), (0.06, 0.52)], paint)
    pen.block(0.03, 0.48, 0.97, 0.72, 0.07, paint)
    if rng.random() < 0.4:
        pen.block(0.06, 0.585, 0.94, 0.625, 0.01, WHITE)
    pen.line((0.415, 0.50), (0.415, 0.70))
    pen.block(0.45, 0.545, 0.53, 0.57, 0.01, CHROME)
    pen.ellipse(0.92, 0.565, 0.035, 0.045, "#ffe98a")
    pen.block(0.03, 0.54, 0.07, 0.60, 0.01, RED)
    pen.block(0.90, 0.66, 0.995, 0.715, 0.02, CHROME)
    for x in (0.24, 0.76):
        pen.ellipse(x, 0.73, wheel, wheel, BLACK)
        pen.ellipse(x, 0.73, wheel * 0.55, wheel * 0.55, CHROME)
        pen.ellipse(x, 0.73, wheel * 0.16, wheel * 0.16, BLACK)


FIGURES: dict[int, Callable[[Pen, np.random.Generator], None]] = {1: draw_cat, -1: draw_car}
