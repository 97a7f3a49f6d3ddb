"""One palette, safe for colour-blind readers, the same colour for the same thing everywhere."""

from __future__ import annotations

from isoflop.show.figure import Role

INK = "#1b1f24"  # text, frame and the optimum; becomes the page's text colour in SVG

# Okabe and Ito's palette: told apart by colour-blind readers, visible on white and on near black.
COLOURS: dict[Role, str] = {
    "runs": "#8a8f98",
    "best": "#0072b2",
    "law": "#d55e00",
    "optimum": INK,
    "trusted": "#56b4e9",
    "zero": "#8a8f98",
    "level": "#0072b2",
}

# A scale from violet to amber whose lightness stays readable on white and on near black.
_SCALE = ("#5b3fa0", "#3f6fb5", "#1f968b", "#6ba03a", "#c99700")


def colour(role: Role, tint: float | None) -> str:
    """The colour of a role, or of a position 0 to 1 on the scale of levels."""
    if role != "level" or tint is None:
        return COLOURS[role]
    place = min(max(tint, 0.0), 1.0) * (len(_SCALE) - 1)
    index = min(int(place), len(_SCALE) - 2)
    start, end = (_channels(_SCALE[index + step]) for step in (0, 1))
    mixed = (round(a + (b - a) * (place - index)) for a, b in zip(start, end, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _channels(text: str) -> tuple[int, ...]:
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))
