import equations
import numpy as np
import pytest
import torch
from torch.func import functional_call

from odyssey.errors import OdysseyError
from odyssey.lstm import LSTM
from odyssey.network import Network
from odyssey.variants import VARIANTS, Variant

T, B, M, N = 6, 3, 4, 5
LENGTHS = [6, 1, 4]
every_variant = pytest.mark.parametrize("code", VARIANTS)
both_ways = pytest.mark.parametrize("bidirectional", [False, True])


def module(code, bidirectional=False, inputs=M, blocks=N, dtype=torch.float64, **options):
    """A layer whose weights are large enough for every term of the equations to count."""
    torch.manual_seed(0)
    lstm = LSTM(inputs, blocks, code, bidirectional, dtype=dtype, **options)
    with torch.no_grad():
        for weights in lstm.parameters():
            weights.mul_(6)
    return lstm


def batch(dtype=torch.float64):
    return torch.randn(T, B, M, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).to(dtype)


def some_state(lstm, batch_size=B):
    """A state unlike zero; gate activations lie between 0 and 1."""
    generator = torch.Generator().manual_seed(2)
    directions = 2 if lstm.bidirectional else 1
    sizes = [lstm.blocks, lstm.blocks] + [3 * lstm.blocks] * lstm.variant.gate_recurrence
    return tuple(torch.rand(directions, batch_size, n, dtype=torch.float64, generator=generator) for n in sizes)


def close(a, b, tolerance=1e-12):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=0, atol=tolerance)


@every_variant
@both_ways
@pytest.mark.parametrize("from_zero", [True, False])
def test_equations_of_the_paper(code, bidirectional, from_zero):
    lstm, x = module(code, bidirectional), batch()
    state = None if from_zero else some_state(lstm)
    y, after = lstm(x, state)
    weights = {name: values.detach().numpy() for name, values in lstm.weights().items()}
    for d, direction in enumerate(["forward", "backward"][: 1 + bidirectional]):
        for b in range(B):
            before = () if from_zero else tuple(s[d, b].numpy() for s in state)
            frames = x[:, b].numpy()[:: -1 if d else 1]
            outputs, last = equations.read(code, equations.layer(weights, direction), frames, *before)
            close(y[:, b, d * N : (d + 1) * N].detach(), outputs[:: -1 if d else 1])
            for ours, theirs in zip(after, last, strict=code == "FGR"):
                close(ours[d, b].detach(), theirs)
    assert len(after) == (3 if code == "FGR" else 2)


@every_variant
@both_ways
def test_gradients(code, bidirectional):
    lstm = module(code, bidirectional, inputs=2, blocks=2)
    names, weights = zip(*lstm.named_parameters(), strict=True)
    x = torch.randn(5, 2, 2, dtype=torch.float64, requires_grad=True)
    state = [s.requires_grad_() for s in some_state(lstm, batch_size=2)]
    lengths = [5, 3] if bidirectional else None

    def outputs(x, *rest):
        state, weights = rest[: len(rest) - len(names)], rest[-len(names) :]
        y, after = functional_call(lstm, dict(zip(names, weights, strict=True)), (x, state, lengths))
        return y, *after

    assert torch.autograd.gradcheck(outputs, (x, *state, *weights))


@both_ways
def test_without_peepholes_it_is_the_lstm_of_torch(bidirectional):
    lstm = module("NP", bidirectional, dtype=torch.float32)
    theirs = torch.nn.LSTM(M, N, bidirectional=bidirectional)
    # torch stacks i, f, z, o; our rows are z, i, f, o.
    order = torch.cat([torch.arange(N) + N * k for k in (1, 2, 0, 3)])
    with torch.no_grad():
        for name, suffix in [("forward", ""), ("backward", "_reverse")][: 1 + bidirectional]:
            ours = lstm.weights()
            getattr(theirs, f"weight_ih_l0{suffix}").copy_(ours[f"{name}.W"][order])
            getattr(theirs, f"weight_hh_l0{suffix}").copy_(ours[f"{name}.R"][order])
            getattr(theirs, f"bias_ih_l0{suffix}").copy_(ours[f"{name}.b"][order])
            getattr(theirs, f"bias_hh_l0{suffix}").zero_()
    x = batch(torch.float32)
    (y, state), (their_y, their_state) = lstm(x), theirs(x)
    close(y.detach(), their_y.detach(), 1e-6)
    for s, their_s in zip(state, their_state, strict=True):
        close(s.detach(), their_s.detach(), 1e-6)
    for outputs in (y, their_y):
        (outputs**2).mean().backward()
    for name, suffix in [("forward", ""), ("backward", "_reverse")][: 1 + bidirectional]:
        for ours, other in (("W", "weight_ih_l0"), ("R", "weight_hh_l0"), ("b", "bias_ih_l0")):
            gradient = getattr(theirs, other + suffix).grad
            assert gradient.abs().max() > 1e-3
            close(lstm.weights()[f"{name}.{ours}"].grad[order], gradient, 1e-6)


@every_variant
@both_ways
def test_padded_sequences_equal_each_sequence_alone(code, bidirectional):
    lstm, x = module(code, bidirectional), batch()
    before = some_state(lstm)
    padded = x.clone()
    for b, length in enumerate(LENGTHS):
        padded[length:, b] = torch.nan
    y, after = lstm(padded, before, lengths=LENGTHS)
    y.square().sum().backward()
    gradients = {name: weights.grad.clone() for name, weights in lstm.named_parameters()}
    lstm.zero_grad()
    for b, length in enumerate(LENGTHS):
        alone, alone_after = lstm(x[:length, b], tuple(s[:, b] for s in before))
        alone.square().sum().backward()
        close(y[:length, b].detach(), alone.detach())
        assert (y[length:, b] == 0).all()
        for s, alone_s in zip(after, alone_after, strict=True):
            close(s[:, b].detach(), alone_s.detach())
    for name, weights in lstm.named_parameters():
        close(gradients[name], weights.grad, 1e-11)


def test_lengths_may_be_a_list_or_a_tensor():
    lstm, x = module("V"), batch()
    y, _ = lstm(x, lengths=LENGTHS)
    for lengths in (torch.tensor(LENGTHS), torch.tensor(LENGTHS, dtype=torch.uint8), np.array(LENGTHS)):
        assert torch.equal(lstm(x, lengths=lengths)[0], y)
    assert torch.equal(lstm(x, lengths=[T] * B)[0], lstm(x)[0])


@both_ways
def test_batch_first(bidirectional):
    x = batch()
    y, state = module("FGR", bidirectional)(x, lengths=LENGTHS)
    turned_y, turned_state = module("FGR", bidirectional, batch_first=True)(x.transpose(0, 1), lengths=LENGTHS)
    assert turned_y.shape == (B, T, N * (1 + bidirectional))
    close(turned_y.transpose(0, 1).detach(), y.detach())
    for s, turned in zip(state, turned_state, strict=True):
        close(s.detach(), turned.detach())


@pytest.mark.parametrize("batch_first", [False, True])
def test_one_sequence_without_a_batch(batch_first):
    lstm = module("FGR", bidirectional=True, batch_first=batch_first)
    x, before = batch()[:, 0], tuple(s[:, 0] for s in some_state(lstm))
    y, state = lstm(x, before)
    assert y.shape == (T, 2 * N)
    assert [s.shape for s in state] == [(2, N), (2, N), (2, 3 * N)]
    time = 1 if batch_first else 0
    batched_y, batched_state = lstm(x.unsqueeze(1 - time), tuple(s.unsqueeze(1) for s in before))
    close(y.detach(), batched_y.squeeze(1 - time).detach())
    for s, batched in zip(state, batched_state, strict=True):
        close(s.detach(), batched[:, 0].detach())


@every_variant
def test_state_handed_on(code):
    lstm, x = module(code), batch()
    y, state = lstm(x)
    first, between = lstm(x[:2])
    second, last = lstm(x[2:], between)
    close(torch.cat([first, second]).detach(), y.detach())
    for s, whole in zip(last, state, strict=True):
        close(s.detach(), whole.detach())


@every_variant
@both_ways
def test_parameters_are_those_of_the_network(code, bidirectional):
    lstm = LSTM(M, N, code, bidirectional)
    network = Network(VARIANTS[code], M, N, 1, bidirectional)
    expected = {name: shape for name, shape in network.parameter_shapes().items() if not name.startswith("output")}
    assert {name: tuple(weights.shape) for name, weights in lstm.weights().items()} == expected
    assert list(lstm.weights()) == list(expected)
    count = sum(weights.numel() for weights in lstm.parameters())
    assert count == (1 + bidirectional) * VARIANTS[code].parameter_count(M, N)
    assert {id(weights) for weights in lstm.weights().values()} == {id(weights) for weights in lstm.parameters()}


def test_initial_weights():
    torch.manual_seed(0)
    lstm = LSTM(50, 40, "FGR", bidirectional=True)

    def check():
        for name, weights in lstm.named_parameters():
            assert abs(weights.mean()) < 4 * 0.1 / weights.numel() ** 0.5, name
            assert abs(weights.std() / 0.1 - 1) < 4 / (2 * weights.numel()) ** 0.5, name

    check()
    before = lstm.forward_layer.W.clone()
    lstm.reset_parameters()
    check()
    assert not torch.equal(before, lstm.forward_layer.W)


def test_declaration_of_your_own():
    """The gates are what they are declared to be, whatever the code: here a copy of CIFG without peepholes."""
    own = Variant("own", "", "", gates=("i", "o"), coupled=True, peepholes=False)
    lstm, x = module(own), batch()
    weights = {name: values.detach().numpy() for name, values in lstm.forward_layer.named_parameters()}
    expected, _ = equations.read("CIFG", weights | {"p": np.zeros((2, N))}, x[:, 0].numpy())
    close(lstm(x)[0][:, 0].detach(), expected)


def test_no_gates_at_all():
    lstm = module(Variant("none", "", "", gates=(), gate_recurrence=True))
    W, R, b = (weights.detach().numpy() for weights in lstm.parameters())
    x, y, c = batch()[:, 0], np.zeros(N), np.zeros(N)
    outputs, state = lstm(x)
    for t in range(T):
        c = c + np.tanh(W @ x[t].numpy() + R @ y + b)
        y = np.tanh(c)
        close(outputs[t].detach(), y)
    assert len(state) == 2


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_types(dtype):
    exact = module("FGR", True)
    lstm = module("FGR", True).to(dtype)
    y, state = lstm(batch(dtype), lengths=LENGTHS)
    assert y.dtype == dtype and {s.dtype for s in state} == {dtype}
    y.sum().backward()
    assert all(weights.grad.dtype == dtype for weights in lstm.parameters())
    tolerance = {torch.float64: 0, torch.float32: 1e-5, torch.bfloat16: 0.1}[dtype]
    close(y.detach().double(), exact(batch(), lengths=LENGTHS)[0].detach(), tolerance)


def test_mixed_precision():
    lstm, x = module("FGR", True, dtype=torch.float32), batch(torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        y, _ = lstm(x, lengths=LENGTHS)
    close(y.detach(), lstm(x, lengths=LENGTHS)[0].detach(), 0.1)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU HERE: the module is not tested on CUDA")
@every_variant
def test_cuda(code):
    lstm, x = module(code, True), batch()
    y, state = lstm(x, lengths=LENGTHS)
    y.square().sum().backward()
    there = module(code, True).cuda()
    for lengths in (LENGTHS, torch.tensor(LENGTHS).cuda()):
        their_y, their_state = there(x.cuda(), lengths=lengths)
        assert their_y.is_cuda and all(s.is_cuda for s in their_state)
        close(their_y.detach().cpu(), y.detach(), 1e-10)
    their_y.square().sum().backward()
    for s, their_s in zip(state, their_state, strict=True):
        close(their_s.detach().cpu(), s.detach(), 1e-10)
    for ours, theirs in zip(lstm.parameters(), there.parameters(), strict=True):
        close(theirs.grad.cpu(), ours.grad, 1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"blocks": 0}, "blocks must be a whole number of at least 1, not 0"),
        ({"blocks": 2.0}, "blocks must be a whole number of at least 1, not 2.0"),
        ({"blocks": True}, "blocks must be a whole number of at least 1, not True"),
        ({"input_size": 0}, "input_size must be a whole number of at least 1, not 0"),
        ({"variant": "NOPE"}, "unknown variant 'NOPE'; choose one of V, NIG,"),
    ],
)
def test_bad_modules(arguments, message):
    with pytest.raises(OdysseyError, match=message):
        LSTM(**{"input_size": M, "blocks": N} | arguments)


@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        (torch.zeros(T, B, M + 1), {}, f"x must have {M} inputs in its last dimension, not {M + 1}"),
        (torch.zeros(M), {}, "x must have 3 dimensions, or 2 without a batch, not 1"),
        (torch.zeros(T, B, 1, M), {}, "x must have 3 dimensions, or 2 without a batch, not 4"),
        (torch.zeros(0, B, M), {}, "x must have at least one frame"),
        (torch.zeros(0, M), {}, "x must have at least one frame"),
        (batch(), {}, "x is torch.float64 but the weights are torch.float32; convert one of them"),
        (torch.zeros(T, B, M), {"lengths": [T, 0, 1]}, f"between 1 and the {T} frames of x, not \\[{T}, 0, 1\\]"),
        (torch.zeros(T, B, M), {"lengths": [T, T + 1, 1]}, f"between 1 and the {T} frames of x"),
        (torch.zeros(T, B, M), {"lengths": [T, 1]}, f"lengths must be {B} whole numbers"),
        (torch.zeros(T, B, M), {"lengths": [T, 1.5, 1]}, f"lengths must be {B} whole numbers"),
        (torch.zeros(T, B, M), {"lengths": T}, f"lengths must be {B} whole numbers"),
        (torch.zeros(T, M), {"lengths": [T]}, "lengths need a batch"),
        (torch.zeros(T, B, M), {"state": [torch.zeros(1, B, N)]}, "must be 2 tensors .*, not \\[\\(1, 3, 5\\)\\]"),
        (torch.zeros(T, B, M), {"state": [torch.zeros(1, B, N), torch.zeros(2, B, N)]}, "state must be 2 tensors"),
        (torch.zeros(T, M), {"state": [torch.zeros(1, 1, N)] * 2}, "of shapes \\[\\(1, 5\\), \\(1, 5\\)\\], not"),
    ],
)
def test_bad_calls(x, arguments, message):
    with pytest.raises(OdysseyError, match=message) as error:
        LSTM(M, N)(x, **arguments)
    assert "\n" not in str(error.value)
