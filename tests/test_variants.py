import pytest

from odyssey.errors import OdysseyError
from odyssey.variants import VARIANTS, Variant, variant

M, N = 5, 3
V_LIKE = {"W": (12, 5), "R": (12, 3), "b": (12,), "p": (3, 3)}
ONE_GATE_LESS = {"W": (9, 5), "R": (9, 3), "b": (9,), "p": (2, 3)}

# The paper's variants with M = 5 inputs and N = 3 blocks, by hand: nothing may be there that is not here.
SHAPES = {
    "V": V_LIKE,
    "NIG": ONE_GATE_LESS,
    "NFG": ONE_GATE_LESS,
    "NOG": ONE_GATE_LESS,
    "NIAF": V_LIKE,
    "NOAF": V_LIKE,
    "CIFG": ONE_GATE_LESS,
    "NP": {"W": (12, 5), "R": (12, 3), "b": (12,)},
    "FGR": V_LIKE | {"Q": (9, 9)},
}

# Number of parameters: blocks of weights (z and gates) × (N·M + N² + N), peepholes × N, gate recurrence × N².
COUNTS = {
    "V": lambda M, N: 4 * (N * M + N**2 + N) + 3 * N,
    "NIG": lambda M, N: 3 * (N * M + N**2 + N) + 2 * N,
    "NFG": lambda M, N: 3 * (N * M + N**2 + N) + 2 * N,
    "NOG": lambda M, N: 3 * (N * M + N**2 + N) + 2 * N,
    "NIAF": lambda M, N: 4 * (N * M + N**2 + N) + 3 * N,
    "NOAF": lambda M, N: 4 * (N * M + N**2 + N) + 3 * N,
    "CIFG": lambda M, N: 3 * (N * M + N**2 + N) + 2 * N,
    "NP": lambda M, N: 4 * (N * M + N**2 + N),
    "FGR": lambda M, N: 4 * (N * M + N**2 + N) + 3 * N + 9 * N**2,
}

# What each variant declares beyond vanilla's gates i, f, o, tanh twice, peepholes, no coupling, no gate recurrence.
CHANGES = {
    "V": {},
    "NIG": {"gates": ("f", "o")},
    "NFG": {"gates": ("i", "o")},
    "NOG": {"gates": ("i", "f")},
    "NIAF": {"input_activation": "identity"},
    "NOAF": {"output_activation": "identity"},
    "CIFG": {"gates": ("i", "o"), "coupled": True},
    "NP": {"peepholes": False},
    "FGR": {"gate_recurrence": True},
}
VANILLA = {
    "gates": ("i", "f", "o"),
    "coupled": False,
    "input_activation": "tanh",
    "output_activation": "tanh",
    "peepholes": True,
    "gate_recurrence": False,
}


def test_the_nine_in_the_order_of_the_paper():
    assert list(VARIANTS) == ["V", "NIG", "NFG", "NOG", "NIAF", "NOAF", "CIFG", "NP", "FGR"]
    assert all(variant(code) is declared and declared.code == code for code, declared in VARIANTS.items())
    assert len({declared.name for declared in VARIANTS.values()}) == 9


@pytest.mark.parametrize("code", VARIANTS)
def test_declared_values(code):
    declared = {name: getattr(VARIANTS[code], name) for name in VANILLA}
    assert declared == VANILLA | CHANGES[code]


@pytest.mark.parametrize("code", VARIANTS)
def test_shapes(code):
    assert VARIANTS[code].parameter_shapes(M, N) == SHAPES[code]
    assert list(VARIANTS[code].parameter_shapes(M, N)) == list(SHAPES[code])


@pytest.mark.parametrize("code", VARIANTS)
@pytest.mark.parametrize(("inputs", "blocks"), [(M, N), (1, 1), (88, 20), (39, 200)])
def test_counts(code, inputs, blocks):
    assert VARIANTS[code].parameter_count(inputs, blocks) == COUNTS[code](inputs, blocks)


def test_rows():
    assert variant("V").rows == ("z", "i", "f", "o")
    assert variant("CIFG").rows == ("z", "i", "o")


def test_without_gates_nothing_peeps_or_recurs():
    bare = Variant("bare", "", "", gates=(), gate_recurrence=True)
    assert bare.parameter_shapes(M, N) == {"W": (3, 5), "R": (3, 3), "b": (3,)}


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ({"gates": ("o", "i")}, "gates .* must be a subset of .* in that order"),
        ({"gates": ("i", "i", "o")}, "must be a subset"),
        ({"gates": ("i", "x")}, "must be a subset"),
        ({"coupled": True}, "coupled gates need an input gate and no forget gate"),
        ({"coupled": True, "gates": ("o",)}, "coupled gates need an input gate"),
        ({"input_activation": "relu"}, "unknown activation 'relu'"),
        ({"output_activation": "sigmoid"}, "unknown activation 'sigmoid'"),
    ],
)
def test_contradictory_declarations(declaration, message):
    with pytest.raises(OdysseyError, match=f"variant bad: .*{message}"):
        Variant("bad", "", "", **declaration)


@pytest.mark.parametrize("code", ["v", "", "NOPE", None, ["V"]])
def test_unknown_code(code):
    with pytest.raises(OdysseyError, match=r"unknown variant .*; choose one of V, NIG, NFG, .*, FGR"):
        variant(code)
