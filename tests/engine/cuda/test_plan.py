"""How trials are divided: what fits, how little it takes, what cannot be."""

import pytest

from odyssey.engine.cuda.plan import ROWS, Limits, plan
from odyssey.errors import OdysseyError
from odyssey.network import Network
from odyssey.variants import VARIANTS

HOPPER = Limits(cluster=8, shared=232_448)
HEADER = 4096


def division(code, blocks, bidirectional=False, limits=HOPPER, itemsize=4):
    return plan(Network(VARIANTS[code], 88, blocks, 88, bidirectional), itemsize, limits, HEADER)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("code", VARIANTS)
def test_every_size_of_the_study_fits(code, bidirectional):
    for blocks in range(20, 201):
        found = division(code, blocks, bidirectional)
        stride, rows = found.slices * found.width, len(VARIANTS[code].rows)
        assert found.shared + HEADER <= HOPPER.shared
        assert found.cluster == found.slices * (1 + bidirectional) <= HOPPER.cluster
        assert blocks <= stride < blocks + 4 * found.slices
        assert ROWS * found.width <= found.threads <= 512 and found.threads % 32 == 0
        # Threads enough for each product forwards in one go, a fourth of the columns each part.
        assert found.forward_R * rows * found.width // 4 <= found.threads
        if code != "FGR":
            assert found.near_R == stride


def test_small_trials_take_one_block_and_few_threads():
    assert [division("V", blocks).slices for blocks in (20, 100, 112, 130, 190, 200)] == [1, 1, 1, 2, 3, 4]
    assert [division("V", blocks).threads for blocks in (20, 32, 33, 64, 65)] == [128, 128, 256, 256, 512]


def test_rows_are_spread_over_the_banks():
    """Eight neighbouring rows, read 16 bytes at a time, begin in different ones of the 8 groups of 4 banks."""
    for blocks in range(20, 201):
        found = division("FGR", blocks)
        for stride in (found.stride_R, found.stride_Q):
            assert len({row * stride // 4 % 8 for row in range(8)}) == 8


def test_what_does_not_fit_is_far():
    found = division("V", 100, limits=Limits(cluster=1, shared=100_000))
    assert found.slices == 1 and 0 < found.near_R < 100 and found.shared + HEADER <= 100_000
    found = division("FGR", 200, bidirectional=True)
    assert found.near_R == 208 and 0 < found.near_Q < 3 * 208


def test_double_precision_takes_more_slices():
    assert division("V", 100, itemsize=8).slices > division("V", 100).slices


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"blocks": 1025}, "1025 blocks .* are more"),
        ({"blocks": 600, "itemsize": 8, "code": "FGR"}, "600 blocks"),
        ({"blocks": 129, "limits": Limits(1, 232_448)}, "129 blocks .* are more"),
        ({"blocks": 20, "bidirectional": True, "limits": Limits(1, 232_448)}, "needs clusters"),
    ],
)
def test_what_cannot_be_divided(options, message):
    with pytest.raises(OdysseyError, match=message):
        division(**{"code": "V", **options})
