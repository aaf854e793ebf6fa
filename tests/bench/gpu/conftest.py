import pytest
import torch


@pytest.fixture
def cpu():
    """The device that every machine has."""
    return torch.device("cpu")
