"""How much arithmetic a network is: the operations of its matrix products, which no program can spare."""

from odyssey.network import Network


def operations(network: Network) -> int:
    """Floating-point operations of one frame of an update.

    Two for each weight of a matrix forwards, and backwards two for its own gradient and two for the gradient of what
    it is multiplied with, which the network's inputs do not need. Biases, peepholes and functions are left out.
    """
    total = 0
    for name, shape in network.parameter_shapes().items():
        if name.endswith((".W", ".R", ".Q")):
            from_inputs = name.endswith(".W") and name != "output.W"
            total += (4 if from_inputs else 6) * shape[0] * shape[1]
    return total
