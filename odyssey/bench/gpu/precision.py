"""Full float32 on the GPU, in every program that is measured."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def full_float32() -> Iterator[None]:
    """Inside this context, torch rounds no factor of a float32 product to TF32, which its cuDNN does by default."""
    places = (torch.backends.cuda.matmul, torch.backends.cudnn)
    # Some versions of torch warn of a newer way to say this, which others have not.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        before = [place.allow_tf32 for place in places]
        for place in places:
            place.allow_tf32 = False
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            for place, allowed in zip(places, before, strict=True):
                place.allow_tf32 = allowed
