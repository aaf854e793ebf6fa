"""``odyssey records``: whether the archive is sound and can be made again; whether another one says the same."""

import argparse
from math import isnan

from odyssey.commands import arguments
from odyssey.commands.named import check_named
from odyssey.errors import OdysseyError

EPILOG = """examples:
  odyssey records verify
  odyssey records verify --task music --sample 5
  odyssey records compare ~/my-records
  odyssey records compare ~/gpu-records --task music --json
"""


def add(commands) -> None:
    """Declare the command and its subcommands."""
    group = commands.add_parser("records", help="the archive of finished trials", epilog=EPILOG)
    verbs = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_verify(verbs)
    _add_compare(verbs)


def _add_verify(verbs) -> None:
    command = verbs.add_parser(
        "verify",
        help="check the archive; train a sample again and compare",
        description="Check every record against the protocol; with --sample, train some again and compare.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all)")
    command.add_argument("--sample", type=arguments.whole(0), default=0, metavar="N", help="trials to train again")
    arguments.add_jobs(command)
    command.add_argument("--root", metavar="PATH", help="your own copy of the corpus, where it is not embedded")
    arguments.add_records(command)
    arguments.add_json(command)
    command.set_defaults(run=run_verify)


def _add_compare(verbs) -> None:
    command = verbs.add_parser(
        "compare",
        help="whether another archive has the same distributions of scores",
        description="Compare the trials that two archives have in common, cell by cell: another engine's or another "
        "machine's scores of the same trials need not be the same, but must be distributed alike. Compare archives "
        "of finished searches: one that was cut off lacks its longest trials.",
        epilog=EPILOG,
    )
    command.add_argument("other", type=arguments.named, metavar="OTHER", help="folder of the other archive")
    command.add_argument("--task", type=arguments.task, metavar="T", help="one task (default: all)")
    arguments.add_records(command)
    arguments.add_json(command)
    command.set_defaults(run=run_compare)


def run_verify(options: argparse.Namespace) -> int:
    """Verify and report; 1 where something is wrong."""
    from odyssey.records.verify import verify

    found = verify(options.records, options.task, options.sample, options.jobs, options.root)
    if options.json:
        arguments.print_json(vars(found))
    else:
        for line in (*found.notes, *found.compared, *found.problems):
            print(line)
        wrong = f"{len(found.problems)} problems" if found.problems else "sound"
        print(f"{found.trials} trials checked, {len(found.compared)} trained again: {wrong}")
    return 1 if found.problems else 0


def run_compare(options: argparse.Namespace) -> int:
    """Compare and report; 1 where a difference was found."""
    from odyssey import records
    from odyssey.analysis.agreement import agreement, unmatched
    from odyssey.analysis.comparison import ALPHA

    for named in (options.records, options.other):
        check_named(named)
    if records.folder(options.records).resolve() == records.folder(options.other).resolve():
        raise OdysseyError(f"{options.other}: that is the same archive: name another one")
    archives = [records.read(folder, options.task) for folder in (options.records, options.other)]
    cells, alone = agreement(*archives), unmatched(*archives)
    differ = int(cells["differ"].sum())
    if options.json:
        arguments.print_json({"cells": cells.to_dict("records"), "alone": alone, "differ": differ})
        return 1 if differ else 0
    for cell in cells.itertuples():
        print(f"{cell.task}/{cell.corpus}/{cell.variant}: {_said(cell)}")
    for cell in alone:
        print(f"{cell}: in one archive only")
    found = f"{differ} of {len(cells)} cells differ" if differ else f"no difference found in {len(cells)} cells"
    print(f"{found} (p < {ALPHA} after Holm's correction over both tests of all cells); differences are other - these")
    return 1 if differ else 0


def _said(cell) -> str:
    median, low, high = ("–" if isnan(number) else f"{number:+.3g}" for number in (cell.median, cell.low, cell.high))
    alone = f", {cell.alone} in one archive only" if cell.alone else ""
    verdict = "DIFFERENT" if cell.differ else "no difference found"
    return (
        f"{verdict}; {cell.trials} trials ({cell.same} the same{alone}), median difference {median} "
        f"(95 %: {low} to {high}), p = {cell.p_shift:.3f} shift, {cell.p_distribution:.3f} distribution"
    )
