"""What the card can do at best, measured: multiply in float32, and move memory."""

from dataclasses import dataclass

import torch

from odyssey.bench.gpu.timing import seconds_a_call

# Rows and columns of the factors, and bytes copied: so large that nothing but the rate matters.
ROWS, COPIED = 8192, 2**30
# The best of so many tries, each of so many seconds.
_TRIES, _TRY = 5, 0.1


@dataclass(frozen=True)
class Ceilings:
    """The two rates that nothing on the card exceeds.

    Attributes:
        operations_per_second: floating-point operations, 2·n³ each time, of the product of two float32 matrices
            (n × n), in full float32 (`precision.full_float32`).
        bytes_per_second: bytes read and bytes written, both counted, of a copy from the device's memory to itself.
    """

    operations_per_second: float
    bytes_per_second: float


def ceilings(device: torch.device, rows: int = ROWS, copied: int = COPIED) -> Ceilings:
    """The ceilings of `device`, with factors of so many rows and columns, and a copy of so many bytes."""
    return Ceilings(_multiplied(device, rows), _moved(device, copied))


def _multiplied(device, rows):
    a, b, product = (torch.rand(rows, rows, device=device) for _ in range(3))
    return 2 * rows**3 / _least_seconds(lambda: torch.mm(a, b, out=product), device)


def _moved(device, copied):
    source = torch.ones(copied, dtype=torch.uint8, device=device)
    target = torch.zeros_like(source)
    return 2 * copied / _least_seconds(lambda: target.copy_(source), device)


def _least_seconds(call, device):
    return min(seconds_a_call(call, device, _TRY) for _ in range(_TRIES))
