"""P02: under CompleteP the best learning rate of a residual network stays as it grows deeper."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.laws.catalogue import get_rule

WIDTH, BASE_DEPTH, BATCH, STEPS = 32, 2, 256, 20
RATES = 2.0 ** np.arange(-7, -2)


class Residual:
    """Pre-norm residual layers in NumPy, x + branch*tanh(norm(x) W), trained by Adam."""

    def __init__(self, depth: int, multipliers: dict[str, float]) -> None:
        rng = np.random.default_rng(0)
        self.branch, self.logits = multipliers["branch"], multipliers["logits"]
        spread = np.sqrt(multipliers["hidden_variance"] / WIDTH)
        self.hidden = spread * rng.normal(size=(depth, WIDTH, WIDTH))
        self.head = rng.normal(size=(WIDTH, 1)) / np.sqrt(WIDTH)

    def gradients(self, x, y):
        """Loss, and its gradient in both weights."""
        layers = []
        for weight in self.hidden:
            norm = np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-6)
            seen = x / norm
            active = np.tanh(seen @ weight)
            layers.append((seen, norm, active))
            x = x + self.branch * active
        error = self.logits * (x @ self.head) - y
        back = 2.0 * self.logits * error / len(y)
        of_head, along = x.T @ back, back @ self.head.T
        of_hidden = np.zeros_like(self.hidden)
        for i in range(len(layers) - 1, -1, -1):
            seen, norm, active = layers[i]
            inside = along * self.branch * (1.0 - active**2)
            of_hidden[i] = seen.T @ inside
            turned = inside @ self.hidden[i].T
            radial = seen * (turned * seen).mean(axis=1, keepdims=True)
            along = along + (turned - radial) / norm
        return float(np.mean(error**2)), (of_hidden, of_head)


def final_loss(depth: int, rate: float, multipliers: dict[str, float]) -> float:
    """After a few steps of Adam, each on fresh examples of one fixed teacher."""
    network, rng = Residual(depth, multipliers), np.random.default_rng(1)
    first = rng.normal(size=(WIDTH, WIDTH)) / np.sqrt(WIDTH)
    second = 2.0 * rng.normal(size=(WIDTH, 1)) / np.sqrt(WIDTH)
    weights = (network.hidden, network.head)
    means = [np.zeros_like(weight) for weight in weights]
    squares = [np.zeros_like(weight) for weight in weights]
    rates = (rate * multipliers["hidden_lr"], rate * multipliers["vocabulary_lr"])
    tiny = (1e-8 * multipliers["block_eps"], 1e-8 * multipliers["vocabulary_eps"])
    loss = np.inf
    for t in range(1, STEPS + 1):
        x = rng.normal(size=(BATCH, WIDTH))
        loss, gradients = network.gradients(x, np.tanh(x @ first) @ second)
        for i, gradient in enumerate(gradients):
            means[i] = 0.9 * means[i] + 0.1 * gradient
            squares[i] = 0.99 * squares[i] + 0.01 * gradient**2
            scale = np.sqrt(squares[i] / (1.0 - 0.99**t)) + tiny[i]
            weights[i][...] -= rates[i] * means[i] / (1.0 - 0.9**t) / scale
    return loss


def multipliers_of(depth: int) -> dict[str, float]:
    rule = get_rule("completep")(m=1.0, depth=depth / BASE_DEPTH)
    return {name: float(value) for name, value in rule.items()}


def losses(depth: int, multipliers: dict[str, float]) -> np.ndarray:
    return np.array([final_loss(depth, rate, multipliers) for rate in RATES])


@pytest.fixture(scope="module")
def shallow() -> np.ndarray:
    return losses(BASE_DEPTH, multipliers_of(BASE_DEPTH))


@pytest.mark.parametrize("depth", [8, 32])
def test_the_best_rate_stays_within_a_factor_of_two(shallow, depth: int) -> None:
    # Bottoms are flat over a factor 4: the least near the shallow network's rate is that of all.
    deep, best = losses(depth, multipliers_of(depth)), int(np.argmin(shallow))
    assert 0 < best < len(RATES) - 1
    assert deep[best - 1 : best + 2].min() < 1.03 * deep.min()
    assert deep[best] < 1.1 * deep.min()


def test_without_the_rule_the_shallow_rate_ruins_a_deep_network(shallow) -> None:
    plain = losses(32, dict.fromkeys(multipliers_of(32), 1.0))
    assert plain[np.argmin(shallow)] > 1.5 * plain.min()
