import pytest


class Fixed:
    """Limits of a made-up machine: reads a byte a second, multiplies two numbers a second, a second for a function."""

    def __init__(self):
        self.asked = []

    def read_rate(self, size):
        self.asked.append(size)
        return 1.0

    def product_rate(self, m, k, n):
        return 2.0

    def largest_product_rate(self):
        return 4.0

    def function_seconds(self, name, size):
        return {"tanh": 1.0, "sigmoid": 100.0}[name]


@pytest.fixture
def fixed_limits():
    """Limits of a machine that is easy to reckon with."""
    return Fixed()
