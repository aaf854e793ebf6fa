"""How a trial is divided among the multiprocessors of a GPU.

Each hidden layer is cut into slices of its LSTM blocks. A slice is the work of one block of threads, which keeps its
columns of the recurrent weights in shared memory from the first frame of a sequence to the last; the slices of a trial
form a cluster and exchange outputs after every frame. A trial gets as few slices as its weights need, since trials are
many. What does not fit even so stays in the second cache.
"""

from dataclasses import dataclass

from odyssey.errors import OdysseyError
from odyssey.network import Network

# Numbers are read four at a time, so that widths are multiples of four.
FOUR = 4
# Doubles for sums over a cluster, at the beginning of shared memory (kernels/recurrence.cuh).
SUMS = 64
# Kept of each frame and block for the way back (kernels/slice.cuh).
KEPT = 8
# Threads for an LSTM block: one for the block input, and one for each gate.
ROWS = 4
# Threads of a block of threads: few where they suffice, so that several blocks find room on a multiprocessor.
THREADS = (128, 256, 512)
# Slices of a layer that clusters of eight have room for.
SLICES = (1, 2, 3, 4, 6, 8)
# Summands of a recurrent product, and how many numbers each sums at the least: more of them are more work for those who
# add them up.
MOST_PARTS, LEAST_DEPTH = 8, 8
# More than half of the shared memory of a multiprocessor: no second block fits beside it, and it may have more threads.
LARGE = 110_000


@dataclass(frozen=True)
class Limits:
    """What the device offers: blocks of threads in a cluster, and bytes of shared memory for each."""

    cluster: int
    shared: int


@dataclass(frozen=True)
class Plan:
    """The division of a trial; the names are those of kernels/job.cuh.

    Attributes:
        slices: of each hidden layer; width: LSTM blocks in each, the last ones of which may be padding.
        cluster: blocks of threads of the trial: slices times hidden layers.
        threads: of each block.
        near_R, near_Q: rows of the recurrent weights in shared memory, each of stride_R and stride_Q numbers.
        forward_R, forward_Q, backward_R, backward_Q: summands of the recurrent products.
        shared: bytes of shared memory of each block.
    """

    slices: int
    width: int
    cluster: int
    threads: int
    near_R: int  # noqa: N815 - R and Q are the matrices of the paper
    near_Q: int  # noqa: N815
    stride_R: int  # noqa: N815
    stride_Q: int  # noqa: N815
    forward_R: int  # noqa: N815
    forward_Q: int  # noqa: N815
    backward_R: int  # noqa: N815
    backward_Q: int  # noqa: N815
    shared: int


def padded(length: int) -> int:
    """The next multiple of four."""
    return -(-length // FOUR) * FOUR


def plan(network: Network, itemsize: int, limits: Limits, header: int) -> Plan:
    """How `network` is divided.

    Args:
        network: the shape of a trial.
        itemsize: bytes of a number.
        limits: of the device.
        header: bytes of shared memory that hold no numbers of the network.

    Raises:
        OdysseyError: the device has no clusters and the network needs one, or has not threads enough.
    """
    directions = len(network.layers)
    if directions > limits.cluster:
        raise OdysseyError(
            "the engine cuda needs clusters for a network that reads both ways, and this GPU has none (they came with "
            "compute capability 9.0); choose the engine cpu"
        )
    for slices in (slices for slices in SLICES if directions * slices <= limits.cluster):
        division = _divided(network, slices, itemsize, limits.shared - header)
        stride = slices * division.width
        whole = (division.near_R, division.near_Q) == (stride, _gate_rows(network, stride))
        if whole and ROWS * division.width <= division.threads:
            break
    if ROWS * division.width > division.threads or division.shared + header > limits.shared:
        raise OdysseyError(
            f"{network.blocks} blocks (or the labels of the longest sequence) are more than the engine cuda can divide "
            "on this GPU; choose fewer, or the engine cpu"
        )
    return division


def _gate_rows(network, stride):
    return (len(network.variant.rows) - 1) * stride if network.variant.gate_recurrence else 0


def _divided(network, slices, itemsize, room) -> Plan:
    width = padded(-(-network.blocks // slices))
    stride = slices * width
    rows = len(network.variant.rows)
    columns = rows * width
    gate_rows = _gate_rows(network, stride)
    gate_columns = (rows - 1) * width if gate_rows else 0
    stride_r, stride_q = _spread(columns), _spread(gate_columns) if gate_rows else 0

    def parts(threads, near_r, near_q):
        return (
            _parts(threads, columns // FOUR, stride),
            _parts(threads, gate_columns // FOUR, gate_rows) if gate_rows else 0,
            _parts(threads, near_r // 2, columns),
            _parts(threads, near_q // 2, gate_columns) if gate_rows else 0,
        )

    def vectors(forward_r, forward_q, backward_r, backward_q):
        buffers = 4 * stride + 2 * gate_rows + columns + 2 * slices * gate_columns
        sums = max(forward_r * columns + forward_q * gate_columns, backward_r * stride + backward_q * gate_rows)
        return (buffers + sums) * itemsize

    whole = (stride * stride_r + gate_rows * stride_q) * itemsize
    least = THREADS[-1] if whole > LARGE else ROWS * width
    threads = next((number for number in THREADS if number >= least), THREADS[-1])
    # Room for the most summands that there may be, whatever turns out to be near.
    left = max(0, room - vectors(*(MOST_PARTS,) * 4)) // itemsize
    near_r = min(stride, left // stride_r // FOUR * FOUR)
    left -= near_r * stride_r
    near_q = min(gate_rows, left // stride_q // FOUR * FOUR) if gate_rows else 0
    divided = parts(threads, near_r, near_q)
    return Plan(
        slices,
        width,
        slices * len(network.layers),
        threads,
        near_r,
        near_q,
        stride_r,
        stride_q,
        *divided,
        shared=(near_r * stride_r + near_q * stride_q) * itemsize + vectors(*divided),
    )


def _spread(columns):
    """Length of a row in shared memory that spreads eight rows, read four numbers at a time, over all banks."""
    return columns if columns % (2 * FOUR) else columns + FOUR


def _parts(threads, places, depth):
    """Summands of a product with so many `places` for threads, each of which sums over at most `depth`."""
    return max(1, min(threads // max(1, places), MOST_PARTS, depth // LEAST_DEPTH))
