"""``odyssey bench``: the compiled engine's speed against PyTorch."""

import argparse

from odyssey.commands import arguments

EPILOG = """example:
  odyssey bench --blocks 20,100,200

Each line: one update on one training sequence, forwards and backwards, float32, one core; ratio says how many times as
long a rival takes as the compiled engine does for the same variant.
"""


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "bench",
        help="speed against PyTorch, side by side",
        description="Time the compiled engine, torch.nn.LSTM and the torch engine in turns on the embedded chorales.",
        epilog=EPILOG,
    )
    command.add_argument(
        "--blocks", type=_sizes, default=[20, 100, 200], metavar="N[,N…]", help="network sizes (default: 20,100,200)"
    )
    arguments.add_json(command)
    command.set_defaults(run=run)


def _sizes(text: str) -> list[int]:
    return [arguments.whole(1)(size) for size in text.split(",")]


def run(options: argparse.Namespace) -> None:
    """Measure and report, size by size."""
    from odyssey.bench import bench
    from odyssey.tasks import load_task

    task = load_task("music")
    rows = []
    for blocks in options.blocks:
        measured = bench(task, blocks)
        rows += measured
        if not options.json:
            for row in measured:
                print("{blocks:4} blocks  {variant:3} {rival:10} {milliseconds:8.3f} ms  {ratio:6.2f}".format(**row))
    if options.json:
        arguments.print_json(rows)
