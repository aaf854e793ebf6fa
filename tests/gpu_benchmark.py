"""A small measurement of the engine for GPUs, with numbers that are easy to divide."""

import pandas as pd

from odyssey.bench.gpu.programs import COMPILED, LIBRARY, OURS, STACKED
from odyssey.bench.gpu.stored import FLOORS, ROWS, GPUBenchmark

# By blocks (None: as drawn), million trial-steps a second of each program with so many trials at a time.
RATES = {
    20: {(OURS, 8): 40.0, (COMPILED, 2): 5.0, (LIBRARY, 1): 0.5, (STACKED, 4): 4.0, (STACKED, 8): 8.0},
    200: {(OURS, 8): 2.0, (COMPILED, 2): 0.5, (LIBRARY, 1): 0.1, (STACKED, 4): 1.0, (STACKED, 8): 0.8},
    None: {(OURS, 8): 0.25},
}
# By blocks, operations of a trial-step, and million trial-steps a second at most.
MOST = {20: (1e3, 400.0), 200: (1e5, 8.0), None: (2e6, 2.5)}


def gpu_benchmark(notes: tuple[str, ...] = ()) -> GPUBenchmark:
    """The measurement: ``music``, and one size of another task that no test asks for."""
    rows = [
        ("music", blocks, program, trials, 1e6 * rate, rates[OURS, 8] / rate)
        for blocks, rates in RATES.items()
        for (program, trials), rate in rates.items()
    ]
    floors = [
        ("music", blocks, operations, 1.0, 1e6 * most, "operations", RATES[blocks][OURS, 8] / most)
        for blocks, (operations, most) in MOST.items()
    ]
    rows.append(("other", 20, OURS, 8, 7.0, 1.0))
    floors.append(("other", 20, 1.0, 1.0, 14.0, "bytes", 0.5))
    tables = [pd.DataFrame(lines, columns=names) for lines, names in ((rows, ROWS), (floors, FLOORS))]
    tables = [table.astype({"blocks": float, "trial_steps_per_second": float}) for table in tables]
    return GPUBenchmark("a card", 2, "2.0", 5e13, 3e12, *tables, list(notes))
