"""How fast the compiled engine is, and what the study costs: `odyssey.commands.bench` reports it, the book shows it.

From the sequences to the report: `sample` (what is trained on), `library` and `scan` (the same network in PyTorch and
in JAX), `turns` (who is timed when), `limits` and `bound` (what the machine could do at best), `workers` (trials at the
same time), `side_by_side` (all of it at one size), `scale` (how cost grows) and `projection` (what that means for the
paper's corpora).
"""
