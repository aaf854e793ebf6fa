"""What the book's notebooks ask for: what they show, and the values of their prose."""

from odyssey.pages.at_hand import (
    Cell,
    cell_at_hand,
    corpus_at_hand,
    corpus_table,
    study_at_hand,
    task_at_hand,
)
from odyssey.pages.comparison import Compared, comparison_at_hand
from odyssey.pages.glue import glue_all

__all__ = [
    "Cell",
    "Compared",
    "cell_at_hand",
    "comparison_at_hand",
    "corpus_at_hand",
    "corpus_table",
    "glue_all",
    "study_at_hand",
    "task_at_hand",
]
