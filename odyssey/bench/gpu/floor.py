"""The least time that a trial-step can take on a card of given ceilings, however many trials there are.

An update on a sequence of T frames cannot do with fewer operations than its matrix products have, nor with fewer bytes
than it takes to read weights and velocities once and write them once, 4 · 4 bytes a weight, and to read the T × M
inputs; its activations may never leave the chip. Divided by T, that is the work of a trial-step; each part over its
ceiling, the larger of the two times is the floor: both can go on at the same time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from odyssey.bench.gpu.ceilings import Ceilings
from odyssey.bench.operations import operations
from odyssey.network import Network

_BYTES = 4


@dataclass(frozen=True)
class Floor:
    """The floor of a trial-step.

    Attributes:
        operations, bytes: of a trial-step, the mean of all networks.
        trial_steps_per_second: at most.
        limit: which of the two sets it, ``"operations"`` or ``"bytes"``.
    """

    operations: float
    bytes: float
    trial_steps_per_second: float
    limit: str


def floor(networks: Sequence[Network], frames: int, ceilings: Ceilings) -> Floor:
    """The floor where as many sequences of `frames` frames are trained on with each of `networks`."""
    done = fmean(operations(network) for network in networks)
    moved = fmean(fewest_bytes(network, frames) for network in networks)
    seconds = {"operations": done / ceilings.operations_per_second, "bytes": moved / ceilings.bytes_per_second}
    limit = max(seconds, key=seconds.get)
    return Floor(done, moved, 1 / seconds[limit], limit)


def fewest_bytes(network: Network, frames: int) -> float:
    """Bytes of one trial-step that must pass between the chip and the card's memory."""
    return 4 * _BYTES * network.parameter_count() / frames + _BYTES * network.inputs
