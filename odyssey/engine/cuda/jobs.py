"""What the kernels are handed: the fields of kernels/job.cuh and kernels/noise.cu, in their order."""

from ctypes import Structure, c_double, c_int, c_longlong, c_void_p

BERNOULLI, CATEGORICAL, CTC = range(3)


class Split(Structure):
    """Sequences end to end in the device's memory."""

    _fields_ = [
        ("inputs", c_void_p),
        ("targets", c_void_p),
        ("begins", c_void_p),
        ("target_begins", c_void_p),
        ("count", c_longlong),
    ]


class Places(Structure):
    """Where a hidden layer's weights begin in the flat vector."""

    _fields_ = [(name, c_longlong) for name in ("W", "R", "b", "p", "Q")]


_SHAPE = (
    "inputs padded_inputs outputs padded_outputs directions blocks slices width "
    "rows input_row forget_row output_row coupled input_tanh output_tanh peepholes gate_recurrence "
    "loss "
    "near_R near_Q stride_R stride_Q forward_R forward_Q backward_R backward_Q alignments_at"
)


class Job(Structure):
    """An epoch of one trial, or the evaluation of a split; kernels/job.cuh says what each field is."""

    _fields_ = [
        ("before", c_void_p),
        ("weights", c_void_p),
        ("velocity", c_void_p),
        ("size", c_longlong),
        ("layers", Places * 2),
        ("output_W", c_longlong),
        ("output_b", c_longlong),
        *((name, c_int) for name in _SHAPE.split()),
        ("training", Split),
        ("order", c_void_p),
        ("steps", c_longlong),
        ("noise", c_void_p),
        ("input_noise", c_double),
        ("learning_rate", c_double),
        ("momentum", c_double),
        ("evaluated", Split),
        ("path", c_void_p),
        ("scratch", c_void_p),
        ("alignments", c_void_p),
        ("frames", c_longlong),
        ("losses", c_void_p),
        ("done", c_void_p),
    ]


class NoiseJob(Structure):
    """An epoch's noise of one trial."""

    _fields_ = [("state", c_void_p), ("out", c_void_p), ("count", c_longlong), ("done", c_void_p)]
