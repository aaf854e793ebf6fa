"""LSTM: A Search Space Odyssey, reproduced: models, training, search, records and analysis."""

__version__ = "0.3.0"
