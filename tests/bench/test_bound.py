"""The bound, reckoned by hand."""

import numpy as np
import pytest

from odyssey.bench import limits as module
from odyssey.bench.bound import bound
from odyssey.bench.limits import Limits
from odyssey.network import Network
from odyssey.variants import variant

T, M, N, O = 7, 3, 10, 5  # noqa: E741


def of(code, limits, bidirectional=False):
    return bound(Network(variant(code), M, N, O, bidirectional), T, limits)


def test_vanilla_by_hand(fixed_limits):
    found = of("V", fixed_limits)
    assert found.recurrence == 2 * T * 4 * 4 * N * N
    # X W and its gradient, the gradient of R; H W, its gradient and that of H.
    assert found.products == 2 * T * M * 4 * N + T * N * 4 * N + 3 * T * N * O
    weights = 4 * N * (M + N + 1) + 3 * N + O * N + O
    assert found.update == 5 * 4 * weights
    assert found.functions == T * N * (2 * 1 + 3 * 100)
    assert found.total == found.recurrence + found.products + found.update
    assert found.read_rate == 1 and found.product_rate == 2
    # Rates are those of what is read again and again.
    assert set(fixed_limits.asked) == {4 * 4 * N * N, 3 * 4 * weights}


def test_variants_by_hand(fixed_limits):
    gates = of("FGR", fixed_limits)
    assert gates.recurrence == 2 * T * 4 * (4 * N * N + 9 * N * N)
    assert gates.products == of("V", fixed_limits).products + T * 3 * N * 3 * N
    assert of("CIFG", fixed_limits).recurrence == 2 * T * 4 * 3 * N * N
    assert of("CIFG", fixed_limits).functions == T * N * (2 * 1 + 2 * 100)
    assert of("NOAF", fixed_limits).functions == T * N * (1 + 3 * 100)


def test_two_directions_by_hand(fixed_limits):
    one, two = of("V", fixed_limits), of("V", fixed_limits, bidirectional=True)
    outputs = 3 * T * N * O
    assert two.recurrence == 2 * one.recurrence and two.functions == 2 * one.functions
    assert two.products == 2 * one.products  # The output layer is twice as wide too.
    assert two.products > one.products + outputs
    # Each direction reads its own weights, again and again.
    assert 2 * 4 * 4 * N * N not in fixed_limits.asked


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(module, "_TRY", 1e-5)
    monkeypatch.setattr(module, "_TRIES", 2)


def test_limits_are_measured_once(hasty, monkeypatch):
    limits = Limits()
    values = [limits.read_rate(4096), limits.product_rate(8, 4, 6), limits.function_seconds("tanh", 16)]
    assert all(value > 0 and np.isfinite(value) for value in values)
    monkeypatch.setattr(module, "_seconds", None)
    again = [limits.read_rate(4096), limits.product_rate(8, 4, 6), limits.function_seconds("tanh", 16)]
    assert again == values


def test_rates_follow_from_the_times(monkeypatch):
    done = []

    def seconds(repeat):
        repeat(1)
        done.append(repeat)
        return 0.5 if len(done) % 2 else 0.25

    monkeypatch.setattr(module, "_seconds", seconds)
    assert Limits().read_rate(4096) == 4096 / 0.25  # The faster way to read counts.
    assert Limits().product_rate(8, 4, 6) == 2 * 8 * 4 * 6 / 0.25  # So does the faster product.
    assert Limits().function_seconds("sigmoid", 10) == 0.5 / 10


def test_time_of_one_repetition(monkeypatch):
    now, asked = [0.0], []
    monkeypatch.setattr(module, "perf_counter", lambda: now[0])

    def repeat(times):
        asked.append(times)
        now[0] += 1e-5 * times + (1 if len(asked) == 7 else 0)  # Once something else is in the way.

    assert module._seconds(repeat) == pytest.approx(1e-5)
    assert max(asked) * 1e-5 >= module._TRY


def test_what_is_timed_is_done():
    values = np.arange(64, dtype=np.float32)
    assert module._sum(values, 3) == module._sum_of_eight(values.reshape(8, 8), 3) == 3 * values.sum()
    a, b, out = np.ones((2, 3), np.float32), np.ones((3, 4), np.float32), np.zeros((2, 4), np.float32)
    module._products(a, b, out, 1)
    assert (out == 3).all()
    b, out = np.ones((3, 8), np.float32), np.zeros((2, 8), np.float32)
    module._own_products(a, b, out, 1)
    assert (out == 3).all()
    out = np.empty_like(values)
    module._tanhs(values, out, 1)
    np.testing.assert_allclose(out, np.tanh(values), rtol=1e-6)
    module._sigmoids(values, out, 1)
    np.testing.assert_allclose(out, 1 / (1 + np.exp(-values)), rtol=1e-6)
