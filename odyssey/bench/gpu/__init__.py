"""How fast the engine for NVIDIA GPUs is: beside its rivals, and beside what the card can do at best.

What is compared is trial-steps a second: one frame of one training sequence of one trial is one, forwards, backwards
and its part of the update counted together. From the programs to the report: `programs` (their names), `pace` (the
engines, many trials at a time), `stacked` (many trials as one batched program in PyTorch, replayed as a `graph`) and
`rates` (these and `odyssey.bench.library`, all called alike); `timing` and `precision` (how they are timed); `ceilings`
and `floor` (what the card could do); `measure` (all of it in one run) and `stored` (kept in a file).

Nothing here but `stored` needs more than NumPy, torch and the engines.
"""
