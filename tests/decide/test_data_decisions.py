"""Decisions about data against brute force, closed forms and limits."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import PlanError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs
from isoflop.decide.data.clean_share import best_purchase
from isoflop.decide.data.continual_share import best_checkpoint, best_length, largest_share
from isoflop.decide.data.critical_ratio import by_tolerance, critical_law
from isoflop.decide.data.datastore import Prices, cheapest_build
from isoflop.decide.data.exchange_rate import exchange_interval, exchange_rate
from isoflop.decide.data.pools import best_pools, threshold, union_error
from isoflop.decide.data.pruning import difficulty, hardest, prune
from isoflop.decide.data.synthetic_share import largest_synthetic_share
from isoflop.fit.critical_ratio import fit_changes
from isoflop.fit.fit import Fit
from isoflop.fit.pool_utility import Pool, PoolFit
from isoflop.laws.catalogue import get_law


def fit_of(law, values, evidence=None, draws=None):
    chosen = get_law(law)
    rows = np.empty((0, len(chosen.parameters))) if draws is None else draws
    return Fit(chosen, values, rows, 0.9, {}, chosen.target, "", "total", evidence=evidence or {})


DCPT = {
    "E": 1.6, "A": 300.0, "alpha": 0.34, "B": 700.0, "beta": 0.35, "eta": 0.1,
    "C": 0.12, "gamma": 0.8, "eps": 0.1,
}  # fmt: skip
EVIDENCE = {"N": (5e8, 4e9), "D": (1e9, 2e10), "r": (0.1, 0.9)}
DOMAIN = fit_of("dcpt", DCPT, EVIDENCE)
GENERAL = fit_of("dcpt", DCPT | {"E": 2.0}, EVIDENCE)


def general_loss(share, N=1.8e9, D=1e10):
    return float(GENERAL.predict({"N": N, "D": D, "r": 1.0 - share}).value[0])


def test_largest_share_meets_its_limit():
    found = largest_share(GENERAL, N=1.8e9, D=1e10, limit=general_loss(0.6))
    assert found.share == pytest.approx(0.6, abs=1e-9)
    assert (found.lo, found.at_edge) == (None, False)


def test_a_limit_that_is_never_met_gives_the_largest_share_of_the_evidence():
    found = largest_share(GENERAL, N=1.8e9, D=1e10, limit=5.0)
    assert found.share == pytest.approx(0.9)
    assert found.at_edge


def test_a_limit_below_the_smallest_share_is_refused():
    with pytest.raises(PlanError) as caught:
        largest_share(GENERAL, N=1.8e9, D=1e10, limit=general_loss(0.1) - 1e-3)
    assert caught.value.code == "E545"


def test_interval_of_the_share_comes_from_the_draws():
    rng = np.random.default_rng(0)
    point = np.array([DCPT[name] for name in get_law("dcpt").parameter_names])
    draws = np.tile(point, (50, 1))
    draws[:, 0] = 2.0 + 0.01 * rng.standard_normal(50)
    fit = fit_of("dcpt", DCPT | {"E": 2.0}, EVIDENCE, draws)
    found = largest_share(fit, N=1.8e9, D=1e10, limit=general_loss(0.6))
    assert found.lo < 0.6 < found.hi


def test_best_length_of_limited_domain_text_is_the_lowest_of_a_grid():
    values = DCPT | {"eta": 0.6}
    found = best_length(fit_of("dcpt", values, EVIDENCE), N=1.8e9, domain_tokens=1.5e9)
    grid = np.geomspace(1.5e9, 2e10, 200_001)
    losses = get_law("dcpt").predict({"N": 1.8e9, "D": grid, "r": 1.5e9 / grid}, values)
    assert pytest.approx(float(grid[losses.argmin()]), rel=1e-3) == found.D
    assert found.share == pytest.approx(1.5e9 / found.D)
    assert not found.at_edge


def test_a_length_at_the_end_of_the_range_is_said():
    tight = best_length(DOMAIN, N=1.8e9, domain_tokens=1e9, within=(1e9, 1.1e9))
    assert tight.at_edge


def test_more_domain_text_than_the_longest_run_is_refused():
    with pytest.raises(PlanError):
        best_length(DOMAIN, N=1.8e9, domain_tokens=3e10)


def test_best_checkpoint_is_the_best_of_all_tried_one_by_one():
    before = {5e8: 2.9, 1.8e9: 2.6, 4e9: 2.5}
    found = best_checkpoint(DOMAIN, GENERAL, before, C=6 * 1.8e9 * 1e10, tolerance=0.03)
    losses = {}
    for N, base in before.items():
        D = 1e10 * 1.8e9 / N
        shares = np.linspace(0.1, 0.9, 8001)
        general = GENERAL.predict({"N": N, "D": D, "r": 1.0 - shares}).value
        kept = shares[general <= 1.03 * base]
        domain = DOMAIN.predict({"N": N, "D": D, "r": kept}).value
        losses[N] = (
            float(domain.min()) if len(kept) else np.inf,
            float(kept.max()) if len(kept) else np.nan,
        )
    best = min(losses, key=lambda N: losses[N][0])
    assert best == found.N
    assert found.share == pytest.approx(losses[best][1], abs=2e-4)


def change_runs():
    """The general loss rises faster with the share; the same curve shape at each."""
    rows = []
    for ratio in (0.2, 0.35, 0.5, 0.7, 1.0):
        T = np.geomspace(2.0, 100.0, 14)
        general = 0.22 * ratio - 0.012 * T**0.3 - 0.05 * ratio * T**-0.8
        rows += [(ratio, t, g, -0.2 * (1.0 - t**-0.4)) for t, g in zip(T, general, strict=True)]
    names = ["share_domain", "length", "loss_change_general", "loss_change_domain"]
    table = pl.DataFrame(rows, schema=names, orient="row").with_row_index(ROW, offset=1)
    return Runs(table, Conventions(), Provenance("made up", "0"))


@pytest.fixture(scope="module")
def curves():
    return fit_changes(change_runs())


def test_critical_ratio_from_curves_is_the_one_that_made_them(curves):
    found = by_tolerance(curves, 100.0)
    slope = 0.22 - 0.05 * 100.0**-0.8
    truth = {eps: (eps + 0.012 * 100.0**0.3) / slope for eps in (0.02, 0.05, 0.1)}
    assert found == pytest.approx(truth, rel=1e-3)
    assert found[0.02] < found[0.05] < found[0.1]


def test_law_of_the_critical_ratio_passes_through_its_points(curves):
    law = critical_law(curves)
    share = float(law.predict({"T": 50.0}).value[0])
    assert share == pytest.approx(by_tolerance(curves, 50.0, (0.05,))[0.05], abs=5e-3)


def test_no_feasible_share_has_no_law(curves):
    with pytest.raises(PlanError):
        critical_law(curves, eps=-1.0)


SIZE = 12.8e6
POOLS = PoolFit(
    "qqt", 0.9, 0.1,
    (Pool("top", SIZE, -0.20, 2.0), Pool("next", SIZE, -0.17, 2.0), Pool("rest", SIZE, -0.14, 2.0)),
    0.0, (),
)  # fmt: skip


@pytest.mark.parametrize("n", [6.4e6, 64e6, 640e6])
def test_one_pool_is_its_own_union(n):
    values = {"a": 0.9, "b": -0.20, "tau": 2.0, "d": 0.1}
    single = float(get_law("qqt").predict({"n": n, "U": SIZE}, values)[0])
    assert union_error(POOLS, POOLS.pools[:1], n) == pytest.approx(single, rel=1e-12)


def test_equal_pools_joined_are_a_larger_pool_that_wears_out_as_slowly_in_samples():
    pair = (POOLS.pools[0],) * 2
    values = {"a": 0.9, "b": -0.20, "tau": 4.0, "d": 0.1}
    larger = float(get_law("qqt").predict({"n": 1e8, "U": 2 * SIZE}, values)[0])
    assert union_error(POOLS, pair, 1e8) == pytest.approx(larger, rel=1e-12)


def test_best_number_of_pools_grows_with_the_budget():
    chosen = [len(best_pools(POOLS, n).pools) for n in (6.4e6, 32e6, 64e6, 128e6, 640e6)]
    assert chosen == sorted(chosen)
    assert (chosen[0], chosen[-1]) == (1, 3)


def test_threshold_is_where_both_choices_are_equal():
    n = threshold(POOLS, 1, (1e7, 1e9))
    one, two = (union_error(POOLS, POOLS.pools[:k], n) for k in (1, 2))
    assert one == pytest.approx(two, rel=1e-9)
    assert union_error(POOLS, POOLS.pools[:1], 1.5 * n) > union_error(
        POOLS, POOLS.pools[:2], 1.5 * n
    )
    assert threshold(POOLS, 1, (1e6, 2e6)) is None


def test_pools_of_different_sizes_are_not_joined():
    mixed = (POOLS.pools[0], Pool("odd", 2 * SIZE, -0.1, 2.0))
    with pytest.raises(PlanError) as caught:
        union_error(POOLS, mixed, 1e8)
    assert caught.value.code == "E547"


def test_pruning_advice_follows_the_amount_of_data():
    assert prune(8.0, shares=(0.5, 0.8)).advice == "keep-hard"
    little = prune(1.0, shares=(0.5, 0.8))
    assert little.advice == "keep-easy"
    assert little.errors["easy"][1] < little.error_all < little.errors["random"][1]
    assert prune(4.0, shares=(0.2,)).advice == "keep-all"


def test_less_than_a_fifth_is_never_tried():
    with pytest.raises(UsageError) as caught:
        prune(4.0, shares=(0.1, 0.5))
    assert caught.value.code == "E548"


def test_difficulty_is_distance_to_the_nearest_centre():
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = centres[np.arange(300) % 3] + 0.1 * rng.standard_normal((300, 2))
    points[7] += 2.0
    found = difficulty(points, 3, seed=0)
    assert found.argmax() == 7
    assert np.delete(found, 7).max() < 0.6


def test_quota_keeps_half_of_an_easy_class():
    hard = np.arange(100.0)
    classes = ["easy"] * 40 + ["hard"] * 60
    kept = hardest(hard, classes, 0.6)
    assert kept.sum() == 60
    assert kept[:40].sum() == 20
    assert kept[20:40].all()


def test_a_price_of_nothing_for_worthless_samples_buys_clean_ones():
    found = best_purchase({"w": 1e-6, "h": 0.0}, budget=1e3, price_clean=1.0, price_noisy=1.0)
    assert found.share == pytest.approx(1.0)
    assert found.n_clean == pytest.approx(1e3)


def test_best_purchase_meets_the_condition_of_first_order():
    """d/dc of c + w*c/(c + h)*n with n = (m - p c)/q vanishes."""
    w, h, m, p, q = 0.8, 2e4, 1e5, 1.0, 0.2
    found = best_purchase({"w": w, "h": h}, budget=m, price_clean=p, price_noisy=q)
    c, n = found.n_clean, found.n_noisy
    slope = 1.0 + w * h / (c + h) ** 2 * n - w * c / (c + h) * p / q
    assert 0.0 < found.share < 1.0
    assert slope == pytest.approx(0.0, abs=1e-4)


REAL, SYNTHETIC = {"k": 0.25, "b": 6.0}, {"k": 0.20, "b": 6.1}


def test_exchanged_images_give_equal_loss():
    rate = float(exchange_rate(REAL, SYNTHETIC, 1e7))
    real = get_law("synthetic_images").predict({"images": rate * 1e7}, REAL)
    synthetic = get_law("synthetic_images").predict({"images": 1e7}, SYNTHETIC)
    assert float(real[0]) == pytest.approx(float(synthetic[0]), rel=1e-12)
    assert rate < 1.0


def test_interval_of_the_exchange_rate_holds_its_point():
    rng = np.random.default_rng(0)
    fits = [
        fit_of(
            "synthetic_images",
            v,
            draws=np.array([v["k"], v["b"]]) + 1e-3 * rng.normal(size=(60, 2)),
        )
        for v in (REAL, SYNTHETIC)
    ]
    lo, hi = exchange_interval(*fits, 1e7)
    assert lo < float(exchange_rate(REAL, SYNTHETIC, 1e7)) < hi


def test_largest_synthetic_share_lies_between_those_measured():
    share, P = np.array([0.1, 0.3, 0.6]), np.array([0.0, 0.02, 0.1])
    assert largest_synthetic_share(share, P, 0.01) == pytest.approx(0.2)
    assert largest_synthetic_share(share, P, 0.5) == 0.6
    with pytest.raises(PlanError):
        largest_synthetic_share(share, P + 0.05, 0.01)


RETRIEVAL = {
    "E": 1.8, "A": 400.0, "alpha": 0.34, "B": 400.0, "beta": 0.28, "G": 0.02, "M_0": 1e9,
}  # fmt: skip
STORE = fit_of("retrieval", RETRIEVAL, {"N": (1e8, 1e10), "D": (1e9, 1e12), "M_s": (0.0, 1.4e12)})


def test_a_free_store_is_filled_and_a_dear_one_left_out():
    free = cheapest_build(STORE, 2.6, Prices(flop=1e-17, store=0.0, served=1e11, retrieval=0.0))
    assert free.store == pytest.approx(1.4e12)
    dear = cheapest_build(STORE, 2.6, Prices(flop=1e-17, store=1.0, served=1e11, retrieval=0.0))
    assert dear.store == 0.0
    assert free.cost < dear.cost


def test_the_cheapest_build_reaches_its_target_and_no_drawn_one_is_cheaper():
    prices = Prices(flop=1e-17, store=1e-9, served=1e11, retrieval=1e-9)
    found = cheapest_build(STORE, 2.6, prices)
    at = {"N": found.N, "D": found.D, "M_s": found.store}
    assert float(STORE.predict(at).value[0]) == pytest.approx(2.6, abs=1e-9)
    rng = np.random.default_rng(0)
    N, D = (np.exp(rng.uniform(np.log(low), np.log(high), 20_000)) for low, high in
            (STORE.evidence["N"], STORE.evidence["D"]))  # fmt: skip
    M = np.where(rng.random(20_000) < 0.3, 0.0, np.exp(rng.uniform(16.0, np.log(1.4e12), 20_000)))
    reached = STORE.predict({"N": N, "D": D, "M_s": M}).value <= 2.6
    cost = 6e-17 * N * D + 2e-17 * N * 1e11 + 1e-9 * M + 100.0 * (M > 0.0)
    assert cost[reached].min() > 0.995 * found.cost


def test_a_target_beyond_the_evidence_is_refused():
    with pytest.raises(PlanError) as caught:
        cheapest_build(STORE, 1.7, Prices(1e-17, 0.0, 0.0, 0.0))
    assert caught.value.code == "E545"
