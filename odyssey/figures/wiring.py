"""The wiring diagram of an LSTM block, drawn from a variant's declaration.

Each part is drawn once, by the rule for that part: as in vanilla, highlighted where the variant changed it, as a grey
ghost where the variant lacks it. Every artist carries a group id such as ``gate:i`` or ``gate:i:absent``.
"""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from odyssey.figures.style import BLUE, GHOST, GREY, INK, PAPER, VERMILLION, new_figure, styled
from odyssey.variants import GATES, Variant

GATE_NAMES = {"i": "input gate", "f": "forget gate", "o": "output gate"}

# Centres, in units of which the figure is 11.4 wide. The main path runs from left to right at y = 5.
_MAIN = 5.0
_INPUT, _MULTIPLY_IN, _ADD, _CELL, _OUTPUT, _MULTIPLY_OUT = 1.75, 3.45, 4.9, 6.5, 8.15, 9.65
_LOOP, _LOW, _BUS, _GATE_BUS, _LEFT = 7.3, 2.75, 0.95, 0.4, 0.35
_GATE_AT = {"i": (_MULTIPLY_IN, _LOW), "f": (2.55, _LOOP), "o": (_MULTIPLY_OUT, _LOW)}
_PRODUCT_AT = {"i": (_MULTIPLY_IN, _MAIN), "f": (_ADD, _LOOP), "o": (_MULTIPLY_OUT, _MAIN)}
_SIDE, _RADIUS, _CELL_RADIUS = 1.05, 0.27, 0.52


@dataclass(frozen=True)
class _Pen:
    """How to draw one kind of thing."""

    colour: str = INK
    fill: str = PAPER
    width: float = 1.4
    dashes: str | tuple = "-"
    order: int = 3
    mark: str = ""  # what the group id ends in


_PLAIN = _Pen()
_GATE = _Pen(BLUE, "#E3F0F8", 1.6)
_PEEPHOLE = _Pen(BLUE, width=1.2, dashes=(0, (4, 2)))
_CHANGED_TEXT = "#B04D00"  # darker than vermillion: letters need more contrast than lines
_CHANGED = _Pen(VERMILLION, "#FCE9DC", 2.4, order=4, mark=":changed")
_ABSENT = _Pen(GHOST, PAPER, 1.2, (0, (1.5, 2)), 1, ":absent")


def wiring(variant: Variant) -> Figure:
    """The block of `variant`: changed parts in vermillion, missing ones ghosted in dotted grey."""
    with styled():
        figure = new_figure(4.75, layout="none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-0.35, 11.05)
        axes.set_ylim(-0.85, 8.85)
        axes.set_aspect("equal")
        _main_path(axes, variant)
        _bus(axes, variant)
        for gate in GATES:
            _gate(axes, variant, gate)
            _peephole(axes, variant, gate)
            if variant.gate_recurrence and gate in variant.gates:
                _recurrence(axes, gate)
        if variant.coupled:
            _coupling(axes)
        _key(axes, variant)
    return figure


def _main_path(axes, variant):
    """Block input, product with the input gate, sum, cell, output activation, product with the output gate."""
    _activation(axes, "g", variant.input_activation, _INPUT, "block input")
    _arrow(axes, [(_INPUT + _SIDE / 2, _MAIN), (_MULTIPLY_IN - _RADIUS, _MAIN)], label="$z_t$", at=(2.88, _MAIN + 0.3))
    _arrow(axes, [(_MULTIPLY_IN + _RADIUS, _MAIN), (_ADD - _RADIUS, _MAIN)])
    _node(axes, (_ADD, _MAIN), "+", _PLAIN, "sum")
    _arrow(axes, [(_ADD + _RADIUS, _MAIN), (_CELL - _CELL_RADIUS, _MAIN)])
    axes.add_patch(Circle((_CELL, _MAIN), _CELL_RADIUS, fc="#F2F2F2", ec=INK, lw=1.8, zorder=3, gid="cell"))
    axes.text(_CELL, _MAIN, "$c_t$", ha="center", va="center", zorder=5, fontsize=13)
    axes.text(_CELL + 0.12, _MAIN - 0.85, "cell", ha="center", va="center", fontsize=10, color=GREY)
    _arrow(axes, [(_CELL + _CELL_RADIUS, _MAIN), (_OUTPUT - _SIDE / 2, _MAIN)])
    _activation(axes, "h", variant.output_activation, _OUTPUT, "block output")
    _arrow(axes, [(_OUTPUT + _SIDE / 2, _MAIN), (_MULTIPLY_OUT - _RADIUS, _MAIN)])
    _arrow(axes, [(_MULTIPLY_OUT + _RADIUS, _MAIN), (10.45, _MAIN)])
    axes.text(10.5, _MAIN, "$y_t$", ha="left", va="center", fontsize=13)
    # The state goes round: one step later it comes back through the product with the forget gate.
    _arrow(axes, [(_CELL, _MAIN + _CELL_RADIUS), (_CELL, _LOOP - 0.32)])
    box = FancyBboxPatch((_CELL - 0.46, _LOOP - 0.3), 0.92, 0.6, "round,pad=0,rounding_size=.12", fc=PAPER, ec=INK)
    box.set(linewidth=1.2, zorder=3, gid="delay")
    axes.add_patch(box)
    axes.text(_CELL, _LOOP, "$t{-}1$", ha="center", va="center", fontsize=10, zorder=5)
    _arrow(axes, [(_CELL - 0.46, _LOOP), (_ADD + _RADIUS, _LOOP)])
    axes.text(_ADD + 1.05, _LOOP - 0.3, "$c_{t-1}$", ha="center", va="top", fontsize=11)
    _arrow(axes, [(_ADD, _LOOP - _RADIUS), (_ADD, _MAIN + _RADIUS)])


def _bus(axes, variant):
    """The input and the recurrent input, on their way to the block input and to every gate with weights."""
    pen = replace(_PLAIN, width=1.8)
    ends = {"i": _MULTIPLY_IN, "o": _MULTIPLY_OUT}
    right = max([ends[gate] for gate in variant.gates if gate in ends], default=_LEFT)
    top = _LOOP if "f" in variant.gates else _MAIN
    _line(axes, [(_LEFT, top), (_LEFT, _BUS), (right, _BUS)], pen, "bus")
    if right < _MULTIPLY_OUT:
        _line(axes, [(right, _BUS), (_MULTIPLY_OUT, _BUS)], _ABSENT, "bus")
    if top < _LOOP and not variant.coupled:
        _line(axes, [(_LEFT, top), (_LEFT, _LOOP)], _ABSENT, "bus")
    _arrow(axes, [(_LEFT, _MAIN), (_INPUT - _SIDE / 2, _MAIN)])
    axes.text(_LEFT + 0.15, _BUS + 0.4, "$x_t,\\ y_{t-1}$", ha="left", va="center", fontsize=12)


def _gate(axes, variant, gate):
    """One gate with the arrow to its product, or its ghost and what it is fixed to."""
    x, y = _GATE_AT[gate]
    present = gate in variant.gates
    coupled = gate == "f" and variant.coupled
    pen = _GATE if present else _ABSENT
    name = f"gate:{gate}"
    if not coupled:
        _curve_box(axes, (x, y), "sigmoid", pen, name)
        below = gate != "f"
        axes.text(
            *((x - 0.14, y - 0.85) if below else (x, y - 0.8)),
            GATE_NAMES[gate],
            ha="right" if below else "center",
            va="center",
            fontsize=10,
            color=BLUE if present else GREY,
        )
        if below:
            _arrow(axes, [(x, _BUS), (x, y - _SIDE / 2)], replace(pen, colour=INK if present else GHOST), name)
        else:
            start = [(_LEFT, y), (x - _SIDE / 2, y)]
            _arrow(axes, start, replace(pen, colour=INK if present else GHOST), name)
    product = _PRODUCT_AT[gate]
    if gate == "f":
        path, at = [(x + (0.33 if coupled else _SIDE / 2), y), (product[0] - _RADIUS, y)], (3.85, y + 0.32)
    else:
        path, at = [(x, y + _SIDE / 2), (x, product[1] - _RADIUS)], (x + 0.14, 4.1)
    if present or coupled:
        _arrow(axes, path, _CHANGED if coupled else pen, name, f"${gate}_t$", at, "center" if gate == "f" else "left")
        _node(axes, product, "×", pen if present else _CHANGED, f"product:{gate}")
    else:
        _arrow(axes, path, _ABSENT, name)
        _node(axes, product, "×", _ABSENT, f"product:{gate}")
        _line_through(axes, product, gate)
        axes.text(
            at[0], at[1], f"${gate}_t = 1$", color=_CHANGED_TEXT, fontsize=12, weight="bold", zorder=6,
            ha="center" if gate == "f" else "left", va="center", gid=f"fixed:{gate}",
        )  # fmt: skip


def _line_through(axes, product, gate):
    """The signal passes a missing product unchanged."""
    x, y = product
    along = [(x + 0.3, y), (x, y), (x, y - 0.6)] if gate == "f" else [(x - 0.6, y), (x + 0.6, y)]
    _line(axes, along, replace(_CHANGED, order=6), f"through:{gate}")


def _peephole(axes, variant, gate):
    """The cell state seen by a gate: c at t−1 for the input and forget gate, c at t for the output gate."""
    if gate == "f" and variant.coupled:
        return
    x, y = _GATE_AT[gate]
    tap = (_ADD + 0.6, _LOOP)
    path = {
        "i": [tap, (tap[0], y), (x + _SIDE / 2, y)],
        "f": [tap, (tap[0], _LOOP + 1.1), (x, _LOOP + 1.1), (x, y + _SIDE / 2)],
        "o": [(_CELL + 0.8, _MAIN), (_CELL + 0.8, y), (x - _SIDE / 2, y)],
    }[gate]
    present = variant.peepholes and gate in variant.gates
    pen = _PEEPHOLE if present else _ABSENT
    _arrow(axes, path, pen, f"peephole:{gate}")
    if present:
        axes.add_patch(Circle(path[0], 0.075, fc=BLUE, ec="none", zorder=5))
        at = {"i": (4.7, y + 0.3), "f": (3.9, _LOOP + 1.38), "o": (8.2, y + 0.3)}[gate]
        axes.text(*at, f"$p_{gate}$", color=BLUE, fontsize=11, ha="center", va="center")


def _coupling(axes):
    """f = 1 − i: a branch of the input gate's output."""
    x, y = _GATE_AT["f"]
    start = (_MULTIPLY_IN, 3.55)
    axes.add_patch(Circle(start, 0.09, fc=VERMILLION, ec="none", zorder=6))
    _arrow(axes, [start, (x, start[1]), (x, y - 0.33)], _CHANGED, "coupling")
    _node(axes, (x, y), "1−", _CHANGED, "complement", radius=0.33)
    axes.text(x + 0.05, y + 0.62, "$f_t = 1 - i_t$", color=_CHANGED_TEXT, fontsize=12, ha="center", va="center")


def _recurrence(axes, gate):
    """All gate activations of the step before, on a bus of their own."""
    x, y = _GATE_AT[gate]
    if gate == "f":
        path = [(_LEFT - 0.4, _GATE_BUS), (_LEFT - 0.4, y + 0.28), (x - _SIDE / 2, y + 0.28)]
    else:
        path = [(_LEFT - 0.4, _GATE_BUS), (x + 0.26, _GATE_BUS), (x + 0.26, y - _SIDE / 2)]
    _arrow(axes, path, replace(_CHANGED, width=1.8), f"recurrence:{gate}")


def _key(axes, variant):
    """A legend in words, one line."""
    if variant.gate_recurrence:
        axes.text(
            4.4, _GATE_BUS - 0.36, "$i_{t-1},\\ f_{t-1},\\ o_{t-1}$", color=_CHANGED_TEXT, fontsize=12, va="center",
            gid="recurrence:label",
        )  # fmt: skip
    entries = [(_PLAIN, "signal"), (_PEEPHOLE, "peephole"), (_CHANGED, "changed"), (_ABSENT, "missing")]
    for (pen, text), x in zip(entries, (0.3, 2.75, 5.6, 8.35), strict=True):
        axes.plot([x, x + 0.65], [-0.55, -0.55], color=pen.colour, lw=pen.width, ls=pen.dashes, solid_capstyle="butt")
        axes.text(x + 0.8, -0.55, text, fontsize=10, va="center", color=INK)


def _activation(axes, letter, kind, x, caption):
    """The box of an activation function with its graph."""
    changed = kind != "tanh"
    pen = _CHANGED if changed else replace(_PLAIN, fill="#F2F2F2")
    _curve_box(axes, (x, _MAIN), kind, pen, f"activation:{letter}:{kind}")
    text = f"${letter}(x) = x$" if changed else f"${letter} = \\tanh$"
    axes.text(x, _MAIN + 0.82, text, ha="center", va="center", fontsize=11, color=_CHANGED_TEXT if changed else INK)
    axes.text(
        x, _MAIN - 0.82, caption.replace(" ", "\n"), ha="center", va="center", fontsize=10, color=GREY, linespacing=1.0
    )


def _curve_box(axes, centre, kind, pen, gid):
    x, y = centre
    half = _SIDE / 2
    box = FancyBboxPatch(
        (x - half, y - half), _SIDE, _SIDE, "round,pad=0,rounding_size=.16", fc=pen.fill, ec=pen.colour
    )
    box.set(linewidth=pen.width, linestyle=pen.dashes, zorder=pen.order, gid=gid + pen.mark)
    axes.add_patch(box)
    u = np.linspace(-1, 1, 60)
    graph = {"sigmoid": 2 / (1 + np.exp(-5 * u)) - 1, "tanh": np.tanh(2.6 * u), "identity": u}[kind]
    axes.plot(x + u * 0.34, y + graph * 0.3, color=pen.colour, lw=0.9 if pen is _ABSENT else 1.6, zorder=pen.order + 1)


def _node(axes, centre, sign, pen, gid, radius=_RADIUS):
    axes.add_patch(
        Circle(centre, radius, fc=pen.fill, ec=pen.colour, lw=pen.width, ls=pen.dashes, zorder=5, gid=gid + pen.mark)
    )
    axes.text(*centre, sign, ha="center", va="center_baseline", fontsize=12, color=pen.colour, zorder=6)


def _line(axes, points, pen, gid):
    axes.plot(
        *zip(*points, strict=True), color=pen.colour, lw=pen.width, ls=pen.dashes, zorder=pen.order,
        gid=gid + pen.mark, solid_joinstyle="round", dash_joinstyle="round", solid_capstyle="butt",
    )  # fmt: skip


def _arrow(axes: Axes, points, pen=_PLAIN, gid="signal", label="", at=(0, 0), align="center"):
    """A path along `points` with a head at its end, and a label beside it."""
    if len(points) > 2:
        _line(axes, points[:-1], pen, gid)
    arrow = FancyArrowPatch(
        points[-2], points[-1], arrowstyle="-|>", mutation_scale=11, shrinkA=0, shrinkB=0,
        color=pen.colour, lw=pen.width, ls=pen.dashes, zorder=pen.order, gid=gid + pen.mark,
    )  # fmt: skip
    axes.add_patch(arrow)
    if label:
        axes.text(*at, label, ha=align, va="center", fontsize=12, color=pen.colour, zorder=6)


def alt_wiring(variant: Variant) -> str:
    """The diagram in words, from the same declaration."""
    gates = [GATE_NAMES[gate] for gate in variant.gates]
    words = [f"Wiring diagram of the block {variant.code} ({variant.name.lower()})."]
    words.append(
        f"The block input goes through {_function(variant.input_activation)} into the cell and the cell through "
        f"{_function(variant.output_activation)} to the block output."
    )
    words.append(f"Gates with weights: {_join(gates)}." if gates else "No gate has weights.")
    missing = [GATE_NAMES[g] for g in GATES if g not in variant.gates and not (g == "f" and variant.coupled)]
    if missing:
        words.append(f"Ghosted, since constantly 1: {_join(missing)}.")
    if variant.coupled:
        words.append("The forget gate is one minus the input gate, drawn as a branch of the input gate's output.")
    if variant.peepholes and gates:
        words.append(f"Dashed peepholes lead from the cell to the {_join(gates)}.")
    else:
        words.append("There are no peepholes.")
    if variant.gate_recurrence:
        words.append("A second bus carries all gate activations of the step before to every gate.")
    return " ".join(words)


def _function(activation):
    return "the identity" if activation == "identity" else activation


def _join(words):
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
