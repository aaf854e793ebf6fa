"""Architectures that nobody needs, to test what a declaration can say beyond the paper's nine."""

from odyssey.variants import Variant

BEYOND_THE_NINE = (
    Variant("OWN", "No gates", "Nothing is gated.", gates=()),
    Variant("OWN", "One gate", "One gate that sees itself.", gates=("o",), gate_recurrence=True, peepholes=False),
    Variant("OWN", "Linear", "Both activations linear, coupled.", ("i", "o"), True, "identity", "identity"),
)
