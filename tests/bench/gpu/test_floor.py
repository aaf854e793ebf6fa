"""The floor, reckoned by hand."""

import pytest

from odyssey.bench.gpu.ceilings import Ceilings
from odyssey.bench.gpu.floor import fewest_bytes, floor
from odyssey.bench.operations import operations
from odyssey.network import Network
from odyssey.variants import variant

T, M, N, O = 7, 3, 10, 5  # noqa: E741


def of(blocks=N):
    return Network(variant("V"), M, blocks, O)


def test_bytes_of_vanilla_by_hand():
    weights = 4 * N * (M + N + 1) + 3 * N + O * N + O
    assert T * fewest_bytes(of(), T) == pytest.approx(4 * (4 * weights + T * M))


def test_the_larger_time_is_the_floor():
    done, moved = operations(of()), fewest_bytes(of(), T)
    slow_memory = floor([of()], T, Ceilings(operations_per_second=1e6, bytes_per_second=10))
    assert (slow_memory.operations, slow_memory.bytes) == (done, moved)
    assert (slow_memory.limit, slow_memory.trial_steps_per_second) == ("bytes", pytest.approx(10 / moved))
    slow_products = floor([of()], T, Ceilings(operations_per_second=100, bytes_per_second=1e6))
    assert (slow_products.limit, slow_products.trial_steps_per_second) == ("operations", pytest.approx(100 / done))


def test_networks_count_alike():
    both = floor([of(), of(blocks=20)], T, Ceilings(1.0, 1e9))
    assert both.operations == (operations(of()) + operations(of(blocks=20))) / 2
    assert both.bytes == pytest.approx((fewest_bytes(of(), T) + fewest_bytes(of(blocks=20), T)) / 2)
