"""Operations of a frame, counted by hand for every variant."""

import pytest

from odyssey.bench.operations import operations
from odyssey.network import Network
from odyssey.variants import VARIANTS, variant


@pytest.mark.parametrize("code", VARIANTS)
def test_operations_by_hand(code):
    M, N, O = 3, 10, 5  # noqa: E741
    v = variant(code)
    rows, gates = len(v.rows), len(v.gates)
    # W x and the gradient of W; R y, the gradients of R and of y; the outputs likewise.
    layer = 2 * (2 * rows * N * M + 3 * rows * N * N + (3 * gates * N * gates * N if v.gate_recurrence else 0))
    assert operations(Network(v, M, N, O)) == layer + 6 * N * O
    assert operations(Network(v, M, N, O, True)) == 2 * (layer + 6 * N * O)
