"""What a practitioner can take from the records: one piece of advice a topic and task, its words fixed by rules.

From the trials to the advice: `margin` (what matters), `pool` (all cells of a task together), `effects` and `curve`
(what is estimated from the pool), `decision` (what the effects decide), `architecture`, `rate`, `size`, `others`,
`order` and `budget` (the advice on each topic), `judging` (all of it).
"""

from odyssey.analysis.advice.judging import TOPICS, advise
from odyssey.analysis.advice.words import AGREES, DIFFERS, INDICATED, OPEN, SILENT, SURE, UNTOLD, Advice

__all__ = [
    "AGREES",
    "DIFFERS",
    "INDICATED",
    "OPEN",
    "SILENT",
    "SURE",
    "TOPICS",
    "UNTOLD",
    "Advice",
    "advise",
]
