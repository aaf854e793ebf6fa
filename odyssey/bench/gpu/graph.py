"""Many small kernels as one: what a function asks of the GPU is recorded once, and then replayed."""

from collections.abc import Callable

import torch

# Calls before the recording, in which libraries choose their kernels and take their workspaces.
_WARM_UP = 3


def replayed(function: Callable[[], object]) -> Callable[[], None]:
    """`function` as a CUDA graph: each call does again on the GPU what `function` did while it was recorded.

    Args:
        function: works on the same tensors in place each time, and never waits for the GPU. It is called
            `_WARM_UP` times, and once more for the recording, which computes nothing.

    Raises:
        RuntimeError: torch could not record it.
    """
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(_WARM_UP):
            function()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        function()
    return graph.replay
