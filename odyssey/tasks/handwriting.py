"""The task ``handwriting``: from the path of a pen to characters (section IV.A of the paper, IAM-OnDB)."""

import numpy as np

from odyssey.corpora.base import SPLITS, Corpus
from odyssey.corpora.lines import ALPHABET, Line
from odyssey.errors import OdysseyError
from odyssey.tasks.base import CTC, Example, Task
from odyssey.tasks.pen import FEATURES, pen_features
from odyssey.tasks.scaling import training_statistics


def handwriting_task(corpus: Corpus) -> Task:
    """The task on a corpus of lines.

    Each of the four features of `pen_features` is shifted and scaled to zero mean and unit variance over all frames of
    the training split, and by the same numbers in the others. The paper says so of speech only; but weights from
    N(0, 0.1²) and input noise with σ up to 1 mean the same on every task only for inputs of unit scale, and Δx in units
    of the tablet is not.

    Args:
        corpus: its examples are of type `Line`, with P ≥ 1.

    Returns:
        The task: inputs float32 (T, 4); targets int32 (U,), 1 + the place of each character in `ALPHABET`. Lines with
        too few frames for their text stay in. The score is the edit distance of all transcriptions to their texts per
        character of these, in %.

    Raises:
        OdysseyError: a split has no character to transcribe, or a line has no point.
    """
    for split in SPLITS:
        if not any(len(line.text) for line in corpus.splits[split]):
            raise OdysseyError(f"corpus {corpus.name}: the split {split} has no text to score: add lines that have")
    features = {
        split: [_features(corpus.name, split, index, line) for index, line in enumerate(corpus.splits[split])]
        for split in SPLITS
    }
    mean, scale = training_statistics(features["train"])
    return Task(
        name="handwriting",
        corpus=corpus.name,
        fingerprint=corpus.fingerprint,
        splits={
            split: tuple(
                _example((frames - mean) / scale, line)
                for frames, line in zip(features[split], corpus.splits[split], strict=True)
            )
            for split in SPLITS
        },
        inputs=FEATURES,
        outputs=1 + len(ALPHABET),
        loss=CTC,
        score_name="character error rate",
        score_unit="%",
        bidirectional=True,
    )


def _features(corpus: str, split: str, index: int, line: Line) -> np.ndarray:
    if not len(line.points):
        raise OdysseyError(f"corpus {corpus}, {split} line {index} (counted from 0): it has no point: leave it out")
    return pen_features(line)


def _example(inputs: np.ndarray, line: Line) -> Example:
    return Example(inputs.astype(np.float32), line.text.astype(np.int32) + 1)
