"""``odyssey train``: one network."""

import argparse

from odyssey.commands import arguments

EPILOG = """example:
  odyssey train --task music --variant V --blocks 50 --learning-rate 0.003 --momentum 0.9 --input-noise 0.1
"""


def add(commands) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "train",
        help="train one network and test it",
        description="Train one network by the rules of the study: at most 150 epochs, early stopping, test.",
        epilog=EPILOG,
    )
    command.add_argument("--task", type=arguments.task, required=True, metavar="T", help="speech, handwriting or music")
    command.add_argument("--variant", type=arguments.variant, required=True, metavar="V", help="V, NIG, NFG, …")
    command.add_argument("--blocks", type=arguments.whole(1), required=True, metavar="N", help="LSTM blocks per layer")
    command.add_argument(
        "--learning-rate", type=arguments.real, required=True, metavar="X", help="is multiplied by (1 - momentum)"
    )
    command.add_argument("--momentum", type=arguments.real, required=True, metavar="M", help="from 0, below 1")
    command.add_argument(
        "--input-noise", type=arguments.real, required=True, metavar="S", help="standard deviation, 0 for none"
    )
    command.add_argument("--seed", type=arguments.whole(0), default=0, metavar="K", help="default: %(default)s")
    arguments.add_corpus(command)
    arguments.add_engine(command)
    command.add_argument("--dtype", default="float32", metavar="D", help="float32 (default) or float64")
    command.add_argument("--device", default="cpu", metavar="D", help="for the torch engine (default: cpu)")
    arguments.add_json(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Train and report."""
    from tqdm import tqdm

    from odyssey.engine import engine
    from odyssey.errors import OdysseyError
    from odyssey.protocol import MAX_EPOCHS, Hyperparameters, Trial
    from odyssey.tasks import load_task
    from odyssey.training import Report

    if options.device != "cpu" and options.engine != "torch":
        raise OdysseyError(f"device {options.device!r} needs --engine torch")
    values = Hyperparameters(options.blocks, options.learning_rate, options.momentum, options.input_noise)
    trial = Trial(options.variant, values, options.seed)
    trainer = engine(options.engine, jobs=1, dtype=options.dtype, device=options.device)
    task = load_task(options.task, arguments.corpus_of(options, options.task), options.root)
    results = []
    with tqdm(desc=f"{task.name} {trial.variant}", total=MAX_EPOCHS, unit="epoch") as bar:

        class Epochs(Report):
            def epoch(self, trial, curves):
                bar.set_postfix_str(f"validation {curves.valid_score[-1]:.4g}", refresh=False)
                bar.update()

            def finished(self, trial, result):
                results.append(result)

        trainer.train(task, [trial], Epochs())
    _report(options, task, trial, trainer.label, results[0])


def _report(options, task, trial, label, result) -> None:
    if options.json:
        arguments.print_json(
            {
                "task": task.name,
                "corpus": task.corpus,
                "fingerprint": task.fingerprint,
                "variant": trial.variant,
                "seed": trial.seed,
                **trial.hyperparameters.as_dict(),
                "parameters": result.parameters,
                "epochs": result.epochs,
                "best_epoch": result.best_epoch,
                "valid_loss": result.valid_loss,
                "valid_score": result.valid_score,
                "test_loss": result.test_loss,
                "test_score": result.test_score,
                "score": task.score_name,
                "unit": task.score_unit,
                "status": result.status,
                "seconds": result.seconds,
                "engine": label,
                "curves": vars(result.curves),
            }
        )
        return
    print(f"corpus      {task.corpus}, fingerprint {task.fingerprint}")
    print(f"network     {trial.variant}, {trial.hyperparameters.blocks} blocks, {result.parameters} parameters")
    print(f"training    {result.status} after {result.epochs} epochs, {result.seconds:.1f} s, {label}")
    if result.best_epoch:
        print(f"best epoch  {result.best_epoch}")
        print(f"validation  {result.valid_score:.4f} {task.score_unit} ({task.score_name})")
        print(f"test        {result.test_score:.4f} {task.score_unit}")
    else:
        print("best epoch  none: the loss was not finite in the first epoch; try a smaller learning rate")
