"""Parametrisations: the abc symmetry by training, conversions, unit scales, and the trainer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import UsageError
from isoflop.laws.catalogue import get_rule
from isoflop.measure.train.parametrisation import (
    BASE_HEAD_WIDTH,
    Size,
    get_parametrisation,
)

widths = st.floats(0.2, 50.0)


def value(rule: str, output: str, **at: float) -> float:
    return float(get_rule(rule)(**at)[output])


class Layers:
    """A two-layer network in NumPy, each matrix with its own factor, rate, eps and decay."""

    def __init__(self, shifts: tuple[float, float]) -> None:
        rng = np.random.default_rng(0)
        base = {"multiplier": 0.7, "sd": 0.5, "lr": 0.01, "eps": 1e-3, "decay": 0.1}
        self.tables = [get_rule("abc_shift")(c=c, **base) for c in shifts]
        drawn = (rng.normal(size=(6, 8)), rng.normal(size=(8, 3)))
        self.weights = [float(t["sd_new"]) * w for t, w in zip(self.tables, drawn, strict=True)]
        self.x, self.y = rng.normal(size=(16, 6)), rng.normal(size=(16, 3))

    def factors(self) -> list[float]:
        return [float(t["multiplier_new"]) for t in self.tables]

    def outputs(self) -> np.ndarray:
        (f, g), (first, second) = self.factors(), self.weights
        return g * np.tanh(f * self.x @ first) @ second

    def gradients(self) -> list[np.ndarray]:
        (f, g), (first, second) = self.factors(), self.weights
        hidden = np.tanh(f * self.x @ first)
        error = (g * hidden @ second - self.y) / len(self.x)
        back = g * (error @ second.T) * (1.0 - hidden**2)
        return [f * self.x.T @ back, g * hidden.T @ error]

    def train(self, optimizer: str, steps: int = 20) -> np.ndarray:
        means = [np.zeros_like(w) for w in self.weights]
        squares = [np.zeros_like(w) for w in self.weights]
        for t in range(1, steps + 1):
            for i, gradient in enumerate(self.gradients()):
                table = self.tables[i]
                lr, decay = float(table[f"lr_{optimizer}"]), float(table[f"decay_{optimizer}"])
                means[i] = 0.9 * means[i] + 0.1 * gradient
                squares[i] = 0.99 * squares[i] + 0.01 * gradient**2
                scaled = np.sqrt(squares[i] / (1 - 0.99**t)) + float(table["eps_new"])
                adam = means[i] / (1 - 0.9**t) / scaled
                step = adam if optimizer == "adam" else gradient
                self.weights[i] = self.weights[i] - lr * (step + decay * self.weights[i])
        return self.outputs()


@pytest.mark.parametrize("shifts", [(4.0, 1.0), (1.0, 0.125), (8.0, 0.25)])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_shifted_scale_leaves_training_unchanged(optimizer, shifts):
    plain, shifted = Layers((1.0, 1.0)), Layers(shifts)
    start = plain.outputs()
    np.testing.assert_allclose(shifted.outputs(), start, rtol=1e-12)
    trained = plain.train(optimizer)
    assert np.abs(trained - start).max() > 0.02  # it did learn
    np.testing.assert_allclose(shifted.train(optimizer), trained, rtol=1e-10)


def test_a_shift_of_the_rate_by_the_wrong_power_changes_training():
    shifted = Layers((4.0, 1.0))
    shifted.tables[0]["lr_adam"] = shifted.tables[0]["lr_sgd"]
    assert not np.allclose(shifted.train("adam"), Layers((1.0, 1.0)).train("adam"), rtol=1e-3)


@given(c=st.floats(0.01, 100.0))
def test_a_shift_and_its_inverse_cancel(c):
    there = get_rule("abc_shift")(c=c, sd=0.3, lr=0.02)
    back = get_rule("abc_shift")(
        c=1.0 / c,
        multiplier=there["multiplier_new"],
        sd=there["sd_new"],
        lr=there["lr_adam"],
        eps=there["eps_new"],
        decay=there["decay_adam"],
    )
    found = [float(back[f"{n}_new"]) for n in ("multiplier", "sd", "eps")]
    np.testing.assert_allclose(found, [1.0, 0.3, 1e-8], rtol=1e-12)
    np.testing.assert_allclose([back["lr_adam"], back["decay_adam"]], [0.02, 0.1], rtol=1e-12)


@given(m=widths)
def test_the_package_and_the_canonical_table_are_one_parametrisation(m):
    """The head: fan-in 100*m, its factor 1/m moved into the weight by the symmetry."""
    package = {k: float(v) for k, v in get_rule("mup")(m=m).items()}
    head = get_rule("abc_shift")(
        c=m, multiplier=package["logits"], sd=package["vector_sd"], lr=package["vector_lr_adam"]
    )
    sgd = get_rule("abc_shift")(c=m, lr=package["vector_lr_sgd"])
    here, base = (get_rule("mup_table")(fan_in=100.0 * r, fan_out=100.0 * r) for r in (m, 1.0))
    ratio = {k: float(here[k] / base[k]) for k in here}
    assert float(head["multiplier_new"]) == pytest.approx(1.0)
    assert float(head["sd_new"]) ** 2 == pytest.approx(ratio["output_variance"])
    assert float(head["lr_adam"]) == pytest.approx(ratio["output_lr_adam"])
    assert float(sgd["lr_sgd"]) == pytest.approx(ratio["output_lr_sgd"])
    assert package["hidden_sd"] ** 2 == pytest.approx(ratio["hidden_variance"])
    assert package["hidden_lr_adam"] == pytest.approx(ratio["hidden_lr_adam"])
    assert package["hidden_lr_sgd"] == pytest.approx(ratio["hidden_lr_sgd"])
    assert package["vector_lr_sgd"] == pytest.approx(ratio["input_lr_sgd"])
    assert package["vector_lr_adam"] == pytest.approx(ratio["input_lr_adam"])


@given(m=widths)
def test_the_rule_of_mup_is_the_trainers(m):
    trainer = get_parametrisation("mup")
    size = Size(width=m, depth=1.0, n_layer=4, base_n_layer=4)
    rule = {k: float(v) for k, v in get_rule("mup")(m=m, d_head=64, d_head_base=32).items()}
    assert trainer.logits(size) == pytest.approx(rule["logits"])
    assert trainer.rate("hidden", size, 1.0) == pytest.approx(rule["hidden_lr_adam"])
    assert trainer.rate("embedding", size, 1.0) == pytest.approx(rule["vector_lr_adam"])
    assert trainer.rate("hidden", size, None) == pytest.approx(rule["hidden_lr_sgd"])
    assert trainer.rate("embedding", size, None) == pytest.approx(rule["vector_lr_sgd"])
    assert trainer.eps("hidden", size) == pytest.approx(rule["hidden_eps"])
    assert trainer.attention(64) == pytest.approx(rule["attention"])
    assert BASE_HEAD_WIDTH == 32
    # rate times decay is the same for every tensor
    assert rule["hidden_lr_adam"] * rule["hidden_decay"] == pytest.approx(1.0)


@given(m=widths, depth=widths)
def test_the_rule_of_completep_is_the_trainers(m, depth):
    trainer = get_parametrisation("completep")
    size = Size(width=m, depth=depth, n_layer=4, base_n_layer=4)
    rule = {k: float(v) for k, v in get_rule("completep")(m=m, depth=depth).items()}
    assert trainer.branch(size) == pytest.approx(rule["branch"])
    assert trainer.logits(size) == pytest.approx(rule["logits"])
    assert trainer.rate("hidden", size, 1.0) == pytest.approx(rule["hidden_lr"])
    assert trainer.rate("block_norm", size, 1.0) == pytest.approx(rule["block_lr"])
    assert trainer.eps("hidden", size) == pytest.approx(rule["block_eps"])
    assert trainer.eps("embedding", size) == pytest.approx(rule["vocabulary_eps"])


@given(m=widths, depth=widths)
def test_at_alpha_one_no_rate_depends_on_depth(m, depth):
    here, there = (get_rule("completep")(m=m, depth=d) for d in (depth, 1.0))
    rates = [name for name in here if name.endswith("lr")]
    assert len(rates) == 4
    assert [float(here[r]) for r in rates] == [float(there[r]) for r in rates]


def test_a_residual_exponent_outside_the_stated_ones_is_refused():
    with pytest.raises(UsageError, match="between 1/2 and 1"):
        get_rule("completep")(m=2.0, depth=2.0, alpha=1.5)


def rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(x**2)))


@pytest.mark.parametrize(("fan_in", "fan_out", "rows"), [(256, 64, 128), (64, 512, 1024)])
def test_unit_scaling_gives_every_tensor_a_scale_near_one(fan_in, fan_out, rows):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(rows, fan_in)), rng.normal(size=(fan_in, fan_out))
    back = rng.normal(size=(rows, fan_out))
    factor = get_rule("unit_scaling")(fan_in=fan_in, fan_out=fan_out, rows=rows, tau=0.5)
    tensors = {
        "output": factor["forward"] * (x @ w),
        "input gradient": factor["input_gradient"] * (back @ w.T),
        "weight gradient": factor["weight_gradient"] * (x.T @ back),
        "residual": factor["skip"] * rng.normal(size=4096)
        + factor["branch"] * rng.normal(size=4096),
    }
    for name, tensor in tensors.items():
        assert rms(tensor) == pytest.approx(1.0, rel=0.1), name


@pytest.mark.parametrize("vocab", [2, 257, 32768])
def test_unit_scaling_gives_the_gradient_of_logits_a_scale_of_one(vocab):
    gradient = np.full(vocab, 1.0 / vocab)  # softmax of equal logits
    gradient[0] -= 1.0
    factor = value("unit_scaling", "logits_gradient", fan_in=1, fan_out=1, rows=1, vocab=vocab)
    assert rms(factor * gradient) == pytest.approx(1.0)


@given(fan_in=st.floats(16.0, 1e4), lr=st.floats(1e-3, 1.0))
def test_u_mup_is_mup_with_scales_moved_into_factors(fan_in, lr):
    at = {"fan_in": fan_in, "fan_out": fan_in, "rows": 64.0, "d": fan_in, "n_layer": 1.0}
    u = {k: float(v) for k, v in get_rule("u_mup")(lr=lr, **at).items()}
    table = get_rule("mup_table")(fan_in=fan_in, fan_out=fan_in)
    for layer in ("hidden", "output"):
        moved = get_rule("abc_shift")(
            c=1.0 / u[layer], multiplier=u[layer], sd=u["sd"], lr=u[f"{layer}_lr"]
        )
        assert float(moved["multiplier_new"]) == pytest.approx(1.0)
        assert float(moved["sd_new"]) ** 2 == pytest.approx(float(table[f"{layer}_variance"]))
        assert float(moved["lr_adam"]) == pytest.approx(lr * float(table[f"{layer}_lr_adam"]))


@given(lr=st.floats(1e-3, 1.0), decay=st.floats(1e-6, 1e-2), n_layer=st.floats(1.0, 64.0))
def test_the_decay_of_u_mup_is_independent_of_rates(lr, decay, n_layer):
    at = {"fan_in": 256.0, "fan_out": 512.0, "rows": 64.0, "d": 256.0}
    u = get_rule("u_mup")(lr=lr, decay=decay, n_layer=n_layer, **at)
    products = [u["hidden_lr"] * u["hidden_decay"], u["block_lr"] * u["block_decay"]]
    products += [u["embedding_lr"] * u["embedding_decay"], u["output_lr"] * u["other_decay"]]
    np.testing.assert_allclose(np.array(products, dtype=float), decay, rtol=1e-12)


@pytest.mark.parametrize(("r_mult", "r_ratio"), [(1.0, 1.0), (2.0, 0.5), (0.5, 2.0)])
def test_residual_weights_of_u_mup_keep_the_stream_at_scale_one_and_the_shares_asked_for(
    r_mult, r_ratio
):
    """Branches of unit scale end with shares of variance 1 : alpha_attn^2 : alpha_mlp^2."""
    n = 6.0
    shares = np.array([1.0])  # of the embedding, then of each branch
    for i in np.arange(n):
        w = get_rule("u_mup_residual")(i=i, n=n, r_mult=r_mult, r_ratio=r_ratio)
        shares = np.append(shares * float(w["skip"]) ** 2, float(w["branch"]) ** 2)
    assert shares.sum() == pytest.approx(1.0)
    mlp = r_mult**2 * 2.0 / (1.0 + r_ratio**2)
    expected = np.array([n / 2.0] + [r_ratio**2 * mlp, mlp] * 3)
    np.testing.assert_allclose(shares, expected / expected.sum(), rtol=1e-12)


def test_a_residual_branch_must_exist():
    with pytest.raises(UsageError, match="below n"):
        get_rule("u_mup_residual")(i=6.0, n=6.0)


def test_attention_of_u_mup_is_a_mean_over_the_context_at_small_scores():
    """With equal scores a causal average of s unit values has variance near ln(s)/s."""
    s = 512
    exact = np.sqrt(np.mean(1.0 / np.arange(1, s + 1)))
    factor = value("u_mup_attention", "output", d_head=1e6, seq_len=s, mult=1.0)
    assert factor * exact == pytest.approx(1.0, rel=0.06)
    whole = value("u_mup_attention", "output_unmasked", d_head=1e6, seq_len=s, mult=1.0)
    assert whole == pytest.approx(np.sqrt(s), rel=1e-4)
    sharp = value("u_mup_attention", "output", d_head=1.0, seq_len=s, mult=1e6)
    assert sharp == pytest.approx(1.0, rel=1e-6)  # one value is picked


def test_sgd_under_u_mup_by_hand():
    at = {"fan_in": 64.0, "d": 32.0, "n_layer": 16.0, "lr": 0.5}
    found = [float(v) for v in get_rule("u_mup_sgd")(**at).values()]
    assert found == pytest.approx([4.0, 1.0, 16.0, 4.0, 0.5])


@given(m=widths)
def test_mus_grows_as_u_mup_does(m):
    at = {"fan_out": 64.0, "rows": 1.0, "n_layer": 1.0}
    rates = [value("u_mup", "hidden_lr", fan_in=f, d=f, **at) for f in (128.0 * m, 128.0)]
    assert value("mus", "hidden_lr", fan_in=128.0 * m, m=m) == pytest.approx(rates[0] / rates[1])
    assert value("mus", "hidden", fan_in=128.0 * m, m=m) == pytest.approx((128.0 * m) ** -0.5)


def test_recalled_recipes_are_marked():
    assert get_rule("mus").example
    assert get_rule("wind_tunnel").example


@given(m=widths, layers=st.floats(2.0, 100.0))
def test_the_wind_tunnel_is_mup_in_width_and_depth_mup_in_depth(m, layers):
    recipe = get_rule("wind_tunnel")(d=256.0 * m, n_layer=layers)
    width = get_rule("mup")(m=m)
    depth = get_rule("completep")(m=m, depth=layers, alpha=0.5)
    assert float(recipe["matrix_sd"]) == pytest.approx(0.1 * float(width["hidden_sd"]))
    assert float(recipe["matrix_lr"]) == pytest.approx(0.01 * float(width["hidden_lr_adam"]))
    assert float(recipe["logits"]) == pytest.approx(float(width["logits"]))
    assert float(recipe["branch"]) == pytest.approx(1.4 * float(depth["branch"]))


@given(m=widths)
def test_full_alignment_is_mup_and_others_are_refused(m):
    full = value("aligned_rate", "hidden_lr_adam", m=m)
    assert full == pytest.approx(value("mup", "hidden_lr_adam", m=m))
    with pytest.raises(UsageError, match="0, 1/2 or 1"):
        get_rule("aligned_rate")(m=m, alignment=0.3)
