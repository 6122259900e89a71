"""A pen that draws outlined shapes in a turned, scaled and possibly mirrored frame."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import ImageDraw

Point = tuple[float, float]
INK = (35, 31, 40)


@dataclass(frozen=True)
class Pen:
    """Draws in a square frame: x to the right and y downwards from 0 to 1, turned about its middle.

    Args:
        draw: The canvas to draw on.
        middle: Where the frame's middle lies on the canvas, in pixels.
        side: The frame's side in pixels.
        turn: Angle by which the frame is turned, in radians, clockwise.
        mirrored: Whether left and right change places.
    """

    draw: ImageDraw.ImageDraw
    middle: Point
    side: float
    turn: float
    mirrored: bool = False

    def polygon(self, points: Iterable[Point], fill: str) -> None:
        """A filled polygon with an outline of ink."""
        placed = self._place(points)
        self.draw.polygon(placed, fill)
        self._stroke([*placed, placed[0]])

    def ellipse(self, x: float, y: float, across: float, down: float, fill: str) -> None:
        """A filled ellipse about (x, y) with half-axes `across` and `down`."""
        self.polygon(_curve(x, y, across, down, 0, 360), fill)

    def block(self, left: float, top: float, right: float, bottom: float, radius: float, fill: str) -> None:
        """A filled rectangle with round corners."""
        corners = (
            _curve(right - radius, bottom - radius, radius, radius, 0, 90)
            + _curve(left + radius, bottom - radius, radius, radius, 90, 180)
            + _curve(left + radius, top + radius, radius, radius, 180, 270)
            + _curve(right - radius, top + radius, radius, radius, 270, 360)
        )
        self.polygon(corners, fill)

    def line(self, *points: Point) -> None:
        """A line of ink through the points."""
        self._stroke(self._place(points))

    def arc(self, x: float, y: float, radius: float, start: float, end: float) -> None:
        """An arc of ink between two angles in degrees, clockwise from three o'clock."""
        self.line(*_curve(x, y, radius, radius, start, end))

    def _stroke(self, placed: list[Point]) -> None:
        self.draw.line(placed, INK, max(1, round(self.side / 70)), joint="curve")

    def _place(self, points: Iterable[Point]) -> list[Point]:
        flip = -self.side if self.mirrored else self.side
        cosine, sine = math.cos(self.turn), math.sin(self.turn)
        shifted = [((x - 0.5) * flip, (y - 0.5) * self.side) for x, y in points]
        return [(self.middle[0] + x * cosine - y * sine, self.middle[1] + x * sine + y * cosine) for x, y in shifted]


def _curve(x: float, y: float, across: float, down: float, start: float, end: float) -> list[Point]:
    """Points of an elliptic arc, one every 15 degrees at most."""
    steps = math.ceil((end - start) / 15)
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(x + across * math.cos(angle), y + down * math.sin(angle)) for angle in angles]
