"""How far networks learn their training set by heart, with little noise on the inputs and with much of it.

Not in the paper. Noise hurts a network that has much to learn from, and keeps one that has little from learning that by
heart: whether it hurts in the end depends on the corpus. Asked of trials with a high learning rate, most of which have
learnt what they can when the epochs are over.
"""

import pandas as pd

from odyssey.analysis.claims.bound import FAST

HALF = 0.5  # of the range of the noise
LITTLE, MUCH = "little", "much"


def overfitting(trials: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """The losses and scores of fast trials, by their noise.

    Args:
        trials: of one task and corpus, columns of the archive.
        curves: of these trials, as `odyssey.records.read_curves` gives them.

    Returns:
        A row for `LITTLE` noise (below `HALF`) and one for `MUCH`, as far as there are such trials: ``noise``;
        ``trials`` with a learning rate of at least `FAST` that have a best epoch; and medians over these:
        ``times``, validation loss over training loss at the best epoch (that of training is measured on the noisy
        inputs), and ``score``, the test score.
    """
    fast = trials[(trials["learning_rate"] >= FAST) & (trials["best_epoch"] > 0)]
    best = fast.merge(
        curves[["variant", "index", "epoch", "train_loss", "valid_loss"]],
        left_on=["variant", "index", "best_epoch"],
        right_on=["variant", "index", "epoch"],
        suffixes=("", "_there"),
    )
    best = best.assign(
        noise=best["input_noise"].lt(HALF).map({True: LITTLE, False: MUCH}),
        times=best["valid_loss_there"] / best["train_loss"],
    )
    groups = best.groupby("noise", sort=True)
    return groups.agg(trials=("index", "size"), times=("times", "median"), score=("test_score", "median")).reset_index()
