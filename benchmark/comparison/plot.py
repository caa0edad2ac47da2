"""The plot of a comparison: one row per case, one dot with its interval per peer, on a logarithmic axis."""

from __future__ import annotations

import math
from html import escape

ROW, LEFT, WIDTH, TOP, RIGHT = 22, 150, 640, 46, 20
COLOURS = ("#1f5fa8", "#c2571a", "#2f8f4e", "#8a4fb0", "#b3202c", "#5b5b5b")
TICKS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0)


def _points(data: dict) -> list[tuple[int, int, dict]]:
    """(row, peer, figure) of all cells that have one."""
    return [
        (row, index, results[peer])
        for row, results in enumerate(data["cases"].values())
        for index, peer in enumerate(data["peers"])
        if "failed" not in results.get(peer, {"failed": 1})
    ]


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = "#222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def svg(data: dict) -> str:
    """How many times faster Delos is than each peer, case by case."""
    points = _points(data)
    low = min([0.75, *(p[2]["low"] for p in points)]) * 0.95
    high = max([1.5, *(p[2]["high"] for p in points)]) * 1.05

    def x(ratio: float) -> float:
        return LEFT + WIDTH * math.log(ratio / low) / math.log(high / low)

    height = TOP + ROW * len(data["cases"]) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        _text(LEFT, 16, "Times faster than the peer (95 % interval); right of 1 Delos is faster"),
    ]
    for index, peer in enumerate(data["peers"]):
        parts += [_text(LEFT + 130 * index, 34, f"\u25cf {peer}", colour=COLOURS[index % len(COLOURS)])]
    bottom = TOP + ROW * len(data["cases"])
    for tick in (t for t in TICKS if low <= t <= high):
        parts.append(_line(x(tick), TOP, x(tick), bottom, "#222" if tick == 1.0 else "#ddd"))
        parts.append(_text(x(tick), bottom + 16, f"{tick:g}", "middle"))
    for row, name in enumerate(data["cases"]):
        parts.append(_text(LEFT - 8, TOP + ROW * row + 15, name, "end"))
    for row, index, figure in points:
        y = TOP + ROW * (row + (index + 1) / (len(data["peers"]) + 1))
        colour = COLOURS[index % len(COLOURS)]
        parts.append(_line(x(figure["low"]), y, x(figure["high"]), y, colour, 1.5))
        parts.append(f'<circle cx="{x(figure["speedup"]):.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"
