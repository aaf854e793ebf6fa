"""The programs that are measured, by the names that they have in the report."""

# The engine for GPUs, and the compiled engine with a trial on each core: vanilla, no noise.
OURS, COMPILED = "cuda engine", "cpu engine"
# torch.nn.LSTM, which on a GPU is cuDNN's, one trial at a time: no peepholes (`odyssey.bench.library`).
LIBRARY = "nn.LSTM"
# Vanilla, many trials as one batched program in torch (`odyssey.bench.gpu.stacked`).
STACKED = "stacked torch"
