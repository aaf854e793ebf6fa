"""``odyssey bench``: how fast the engines are beside PyTorch and JAX, and beside what the machine can do."""

import argparse
import os
import sys
from pathlib import Path

from odyssey.commands import arguments
from odyssey.errors import OdysseyError

SIZES = [20, 100, 200]  # blocks

EPILOG = """examples:
  odyssey bench
  odyssey bench --task music --frames 61 --blocks 20,100,200
  odyssey bench --scale cost.json                      how cost grows, for the book's page on cost; minutes
  odyssey bench --gpu gpu.json --blocks 20,50,100,200  the engine for GPUs on music, for the same page; a minute

Each line: one update on one training sequence, forwards, backwards and the step of momentum, in float32 on one core;
all take turns, each warmed up in its turn, and the best of many rounds counts. ratio: how many times as long as the
compiled engine takes for the same variant. to V: how many times as long as it takes for vanilla. of bound: how much of
what the machine can do at best is reached (the formula is in odyssey/bench/bound.py). What an update takes beyond the
bound: the functions of the block, and as a rest its other arithmetic, copies, the loss, and waiting for the frame
before. JAX takes part where it is installed.

With --gpu: million trial-steps a second, one being a frame of a training sequence of one trial, forwards, backwards and
its part of the update. ratio: how many times as many the engine for GPUs does. The floor, which is what the card can do
at best, counts the operations and bytes that no program can spare (odyssey/bench/gpu/floor.py).
"""


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "bench",
        help="speed beside PyTorch and JAX, and beside the machine's limits",
        description="Time the compiled engine, torch.nn.LSTM, a scan in JAX and the torch engine in turns.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all; with --gpu: music)")
    command.add_argument(
        "--blocks", type=_sizes, metavar="N[,N…]", help=f"network sizes (default: {','.join(map(str, SIZES))})"
    )
    command.add_argument(
        "--frames", type=arguments.whole(1), metavar="N", help="length of the sequences (default: the task's mean)"
    )
    instead = command.add_mutually_exclusive_group()
    instead.add_argument(
        "--scale", metavar="FILE", help="measure the compiled engine's cost by size and workers instead, into FILE"
    )
    instead.add_argument(
        "--gpu", metavar="FILE", help="measure the engine for NVIDIA GPUs and its rivals instead, into FILE"
    )
    arguments.add_json(command)
    command.set_defaults(run=run)


def _sizes(text: str) -> list[int]:
    return list(dict.fromkeys(arguments.whole(1)(size) for size in text.split(",")))


def run(options: argparse.Namespace) -> None:
    """Measure and report, size by size."""
    if options.scale:
        _check_unused(options, "scale", ("task", "blocks", "frames", "json"))
        return _scale(Path(options.scale))
    if options.gpu:
        _check_unused(options, "gpu", ("frames",))
        return _gpu(options, Path(options.gpu))
    from odyssey.bench.limits import Limits
    from odyssey.bench.side_by_side import absent, side_by_side
    from odyssey.records.machine import machine
    from odyssey.tasks import TASKS, load_task

    limits, measured, notes = Limits(), [], []
    if not options.json:
        print(machine())
    for name in [options.task] if options.task else TASKS:
        task = load_task(name)
        note = absent(task)
        notes += [f"{name}: {note}"] if note else []
        for blocks in options.blocks or SIZES:
            measured.append(side_by_side(task, blocks, limits, options.frames, arguments.cores()))
            if not options.json:
                _print(measured[-1], note)
    if options.json:
        arguments.print_json({"machine": machine(), "measured": measured, "notes": notes})


def _print(measured, note):
    print("\n{task}, {blocks} blocks, sequences of {frames} frames".format(**measured))
    print("  rival       variant         ms    ratio     to V  of bound")
    for row in measured["rows"]:
        columns = "  {rival:11} {variant:7} {milliseconds:10.3f} {ratio:8.2f} {to_vanilla:8.2f} {bound:8.0%}"
        print(columns.format(**row))
    least = measured["bound"]
    names = ("total", "recurrence", "products", "update", "functions")
    total, recurrence, products, update, functions = (1000 * least[name] for name in names)
    vanilla = next(row["milliseconds"] for row in measured["rows"] if row["variant"] == "V")
    print(
        f"  V, compiled: {vanilla:.3f} ms = bound {total:.3f} (recurrent weights {recurrence:.3f}, "
        f"products {products:.3f}, update {update:.3f}) + functions {functions:.3f} "
        f"+ rest {vanilla - total - functions:.3f}"
    )
    print(
        f"  limits: recurrent weights {least['read_rate'] / 1e9:.0f} GB/s, products {least['product_rate'] / 1e9:.0f} "
        f"GFLOP/s (large ones {measured['product_rate'] / 1e9:.0f})"
    )
    if measured["two_trials"]:
        print("  two trials on two cores: {two_trials:.2f} times the throughput of one".format(**measured))
    if note:
        print(f"  {note}")


def _scale(file):
    from odyssey.bench.projection import PAPER_SIZES
    from odyssey.bench.scale import measure
    from odyssey.bench.stored import write
    from odyssey.tasks import TASKS, load_task

    _check_file(file)
    tasks = {name: load_task(name) for name in TASKS}
    full = {name: size.frames for name, size in PAPER_SIZES.items()}
    write(measure(tasks, full, arguments.cores(), lambda line: print(line, file=sys.stderr)), file)
    print(f"written to {file}")


def _gpu(options, file):
    from odyssey.bench.gpu.measure import gpu, measure, places_on
    from odyssey.bench.gpu.stored import write
    from odyssey.tasks import load_task

    _check_file(file)
    device = gpu()
    task = load_task(options.task or "music")
    places = places_on(device)
    found = measure(
        [task], options.blocks or SIZES, device, places, arguments.cores(), lambda line: print(line, file=sys.stderr)
    )
    write(found, file)
    if options.json:
        return arguments.print_json(found)
    _print_gpu(found)
    print(f"\nwritten to {file}")


def _print_gpu(found):
    print("{gpu}, {cores} cores, torch {torch}".format(**found["machine"]))
    ceilings = found["ceilings"]
    print(
        f"ceilings: float32 {ceilings['operations_per_second'] / 1e12:.1f} TFLOP/s, "
        f"memory {ceilings['bytes_per_second'] / 1e9:.0f} GB/s"
    )
    for floor in found["floors"]:
        blocks = "sizes as drawn" if floor["blocks"] is None else f"{floor['blocks']} blocks"
        print(f"\n{floor['task']}, {blocks}")
        print("  program         trials  million/s    ratio")
        for row in found["rows"]:
            if (row["task"], row["blocks"]) == (floor["task"], floor["blocks"]):
                ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
                print(f"  {row['program']:15} {row['trials']:6} {row['trial_steps_per_second'] / 1e6:10.3f} {ratio:>8}")
        share = "" if floor["share"] is None else f", of which the engine reaches {floor['share']:.0%}"
        print(f"  floor: {floor['trial_steps_per_second'] / 1e6:.3f} million/s by {floor['limit']}{share}")
    for note in found["notes"]:
        print(f"  {note}")


def _check_file(file):
    """Before minutes of measuring, not after them."""
    if not file.parent.is_dir():
        raise OdysseyError(f"there is no folder {file.parent} for the measurement: make it first")
    if file.is_dir():
        raise OdysseyError(f"{file} is a folder: name a file for the measurement")
    if not os.access(file.parent, os.W_OK):
        raise OdysseyError(f"{file.parent}: nothing can be written there: check its permissions, or name another file")


def _check_unused(options, instead, names):
    """What another way to measure does not look at is no wish of the user's that may be passed over."""
    given = [f"--{name}" for name in names if getattr(options, name)]
    if given:
        raise OdysseyError(f"--{instead} measures what it always does: leave out {' and '.join(given)}")
