"""The authors' own early figures: main effects on a framewise task like TIMIT, from the notebook of their public code.

Source: github.com/Qwlouse/hyperimp. Their search space had six parameters there, the four of the paper, clipping of the
gradients and the kind of momentum, and no vanilla block is among the variants.
"""

# Share of the variance in % due to learning rate, blocks, input noise and momentum.
MAIN_EFFECTS = {
    "NIG": (55.3, 17.6, 1.6, 0.2),
    "NOG": (48.8, 12.1, 2.5, 0.2),
    "NFG": (57.9, 1.8, 0.7, 0.1),
    "NP": (54.0, 13.8, 1.1, 0.1),
    "NIAF": (63.2, 3.2, 0.3, 0.4),
    "NOAF": (20.6, 2.9, 1.1, 0.4),
    "FGR": (60.1, 2.6, 0.6, 0.4),
    "CIFG": (63.2, 9.4, 0.8, 0.4),
}
