"""LSTM: A Search Space Odyssey, reproduced: models, training, search, records and analysis."""

__version__ = "0.2.0"
