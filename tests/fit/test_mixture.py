"""Fits of mixing laws: recovery, splits, documents and what they refuse."""

import json

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, FitError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.gaussian_process import fit_gaussian_process, matern
from isoflop.fit.implicit_mixture import fit_implicit_mixture
from isoflop.fit.loss_to_loss import fit_loss_to_loss
from isoflop.fit.mixture import MixtureFit, fit_mixture
from isoflop.fit.mixture_model import mixture_models
from isoflop.fit.mixture_table import mixture_table
from isoflop.fit.nested_mixture import fit_nested_mixture
from isoflop.fit.regmix import features, fit_ridge, solve_ridge
from isoflop.fit.tied_power import fit_tied_power

A = {"x": [-6.0, 0.2, 0.4], "y": [0.5, -5.0, -0.3]}
FLOOR = {"x": 1.8, "y": 2.2}


def table_of(shares, **losses):
    columns = {f"share/{name}": shares[:, i] for i, name in enumerate("xyz")}
    columns |= {f"loss/{name}": values for name, values in losses.items()}
    table = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(table, Conventions(), Provenance("made", "made"))


@pytest.fixture
def study():
    shares = np.random.default_rng(0).dirichlet(np.ones(3), 24)
    return table_of(shares, **{n: FLOOR[n] + np.exp(shares @ np.array(A[n])) for n in "xy"})


def test_an_exact_law_is_recovered(study):
    found = fit_mixture(study, resamples=0, folds=4)
    first = found.surfaces[0].fit
    assert first.values["c"] == pytest.approx(1.8, abs=1e-6)
    np.testing.assert_allclose([first.values[f"a/{n}"] for n in "xyz"], A["x"], atol=1e-4)
    assert found.score.error < 1e-5
    assert found.score.gain > 0.99


@pytest.mark.parametrize("law", ["mix_exp", "linear", "regmix", "implicit"])
def test_a_saved_fit_is_the_same_fit(study, law, tmp_path):
    found = fit_mixture(study, law, resamples=3, folds=0)
    again = MixtureFit.load(found.save(tmp_path / "fit.json"))
    assert again.to_json() == found.to_json()
    np.testing.assert_array_equal(again.predict(found.shares), found.predict(found.shares))
    at = np.broadcast_to(found.shares[:4], (3, 4, 3))
    np.testing.assert_array_equal(again.predict_draws(at), found.predict_draws(at))


def test_equal_seeds_give_equal_documents(study):
    one, two = (fit_mixture(study, resamples=3, folds=2, seed=2).to_json() for _ in range(2))
    assert one == two


def test_resamples_are_of_mixtures_shared_by_all_domains(study):
    # A doubled loss column must get the same draws, so both move together in the overall loss.
    doubled = study.table.with_columns(pl.col("loss/x").alias("loss/y"))
    found = fit_mixture(Runs(doubled, study.conventions, study.provenance), resamples=6, folds=0)
    np.testing.assert_array_equal(found.surfaces[0].fit.draws, found.surfaces[1].fit.draws)


def test_order_of_rows_does_not_matter(study):
    turned = study.take(np.arange(len(study))[::-1])
    one, two = (fit_mixture(runs, resamples=0, folds=0) for runs in (study, turned))
    at = np.array([[0.2, 0.3, 0.5]])
    np.testing.assert_allclose(one.predict(at), two.predict(at), rtol=1e-7)


def test_weights_choose_and_scale_validation_domains(study):
    table = mixture_table(study, weights={"y": 3.0})
    assert table.targets == ("loss/y",)
    both = mixture_table(study, weights={"x": 1.0, "y": 3.0})
    np.testing.assert_allclose(both.weights, [0.25, 0.75])


def test_shares_off_by_rounding_are_scaled_with_a_note(study):
    off = study.table.with_columns(pl.col("share/x") * 1.02)
    found = mixture_table(Runs(off, study.conventions, study.provenance))
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0, rtol=1e-12)
    assert [note.code for note in found.notes] == ["W544"]


def test_shares_that_sum_to_two_are_refused(study):
    off = study.table.with_columns(pl.col("share/x") + 1.0)
    with pytest.raises(DataError, match="do not sum to one") as caught:
        mixture_table(Runs(off, study.conventions, study.provenance))
    assert caught.value.code == "E540"


def test_a_table_without_shares_is_refused():
    runs = Runs(pl.DataFrame({"row": [1], "loss": [2.0]}), Conventions(), Provenance("a", "a"))
    with pytest.raises(DataError, match="no study of mixtures"):
        mixture_table(runs)


@pytest.mark.parametrize("weights", [{"x": -1.0}, {"x": 0.0}, {"q": 1.0}])
def test_weights_that_mean_nothing_are_refused(study, weights):
    with pytest.raises(UsageError):
        mixture_table(study, weights=weights)


def test_too_few_mixtures_are_refused(study):
    with pytest.raises(FitError, match="too few") as caught:
        fit_mixture(study.take(np.arange(4)))
    assert caught.value.code == "E544"


def test_a_law_no_better_than_a_line_and_a_source_hardly_seen_are_warned_of():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([5.0, 5.0, 0.05], 8)
    line = table_of(shares, x=shares @ [2.0, 3.0, 4.0] + 0.001 * rng.normal(size=8))
    found = fit_mixture(line, resamples=0, folds=4)
    assert {"W541", "W542"} <= {finding.code for finding in found.warnings}


def test_bimix_needs_sources_of_the_names_of_validation_domains(study):
    renamed = study.table.rename({"loss/x": "loss/other"})
    with pytest.raises(DataError, match="no source has that name"):
        fit_mixture(Runs(renamed, study.conventions, study.provenance), "bimix")


def test_a_damaged_document_is_refused(study, tmp_path):
    path = fit_mixture(study, "linear", resamples=0, folds=0).save(tmp_path / "fit.json")
    document = json.loads(path.read_text())
    del document["surfaces"]
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match="damaged") as caught:
        MixtureFit.load(path)
    assert caught.value.code == "E543"


def test_every_model_is_found_by_its_file():
    assert set(mixture_models()) == {"mix_exp", "linear", "bimix", "regmix", "implicit"}


def test_implicit_law_fits_a_hidden_pair_of_domains_better_than_one_exponential():
    rng = np.random.default_rng(3)
    shares = rng.dirichlet(np.ones(3), 60)
    loss = 2.0 + np.exp(shares @ [-5.0, 0.3, 0.3]) + np.exp(shares @ [0.3, -5.0, 0.3])
    found = fit_implicit_mixture(shares[:40], loss[:40], seed=0)
    error = np.abs(found.predict(shares[40:]) - loss[40:]).mean()
    from isoflop.fit.fit_law import fit_law

    one = fit_law(table_of(shares[:40], x=loss[:40]), "mix_exp", target="loss/x", resamples=0)
    single = one.predict({f"share/{n}": shares[40:, i] for i, n in enumerate("xyz")}).value
    assert error < 0.5 * np.abs(single - loss[40:]).mean()


def test_ridge_without_strength_is_least_squares():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 4)), rng.normal(size=30)
    weights, offset = solve_ridge(x, y, np.ones(30), 0.0)
    design = np.column_stack([x, np.ones(30)])
    np.testing.assert_allclose(np.append(weights, offset), np.linalg.lstsq(design, y)[0], rtol=1e-9)


def test_ridge_counts_are_repeated_rows():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 2)), rng.normal(size=6)
    counts = np.array([2.0, 0.0, 1.0, 1.0, 3.0, 1.0])
    rows = np.repeat(np.arange(6), counts.astype(int))
    one = solve_ridge(x, y, counts, 0.3)
    two = solve_ridge(x[rows], y[rows], np.ones(len(rows)), 0.3)
    np.testing.assert_allclose(one[0], two[0], rtol=1e-12)


def test_ridge_finds_a_function_of_its_features():
    shares = np.random.default_rng(0).dirichlet(np.ones(3), 60)
    loss = 3.0 + features(shares) @ np.linspace(-0.2, 0.2, 9)
    ridge = fit_ridge(shares[:40], loss[:40], np.random.default_rng(0))
    np.testing.assert_allclose(ridge.predict(shares[40:])[0], loss[40:], atol=1e-3)


def test_tied_powers_recover_their_exponent():
    x = np.array([1e9, 2e9, 4e9, 9e9, 2e10])
    y = np.array([[1.5], [2.5]]) + np.array([[30.0], [50.0]]) * (x / 1e6) ** -0.37
    found = fit_tied_power(x, y, delta=0.05)
    assert found.alpha == pytest.approx(0.37, abs=1e-5)
    np.testing.assert_allclose(found.at(1e12), [1.5, 2.5] + np.array([30, 50]) * 1e6**-0.37, 1e-5)


def nested_study(mixtures=5):
    rng = np.random.default_rng(0)
    rows = []
    for m, share in enumerate(rng.dirichlet(np.ones(2), mixtures)):
        for N in (1e7, 3e7, 1e8):
            for D in (1e9, 2e9, 4e9, 8e9):
                rows.append(
                    {"run_id": f"m{m}", "params": N, "tokens": D}
                    | {f"share/{n}": s for n, s in zip("xy", share, strict=True)}
                    | {"loss/x": nested_loss(share[0], N, D), "loss/y": nested_loss(share[1], N, D)}
                )
    table = pl.DataFrame(rows).with_row_index("row", offset=1)
    return Runs(table, Conventions(), Provenance("made", "made"))


def nested_loss(share, N, D):
    return 1.5 + np.exp(-2.0 * share) + 40.0 * N**-0.25 + 300.0 * D**-0.3


def test_nested_laws_carry_every_mixture_to_the_target():
    study = nested_study()
    found = fit_nested_mixture(study, params=1e9, tokens=1e11, resamples=3)
    truth = nested_loss(found.shares, 1e9, 1e11)
    np.testing.assert_allclose(found.losses, truth, atol=2e-3)
    assert found.size_exponent == pytest.approx(0.25, abs=0.01)
    assert mixture_table(found.runs()).overall == pytest.approx(truth.mean(axis=1), abs=2e-3)
    drawn = mixture_table(found.runs(draw=1))
    np.testing.assert_allclose(drawn.losses, nested_loss(drawn.shares, 1e9, 1e11), atol=5e-3)


def test_nested_laws_need_every_size_of_every_mixture():
    study = nested_study()
    missing = study.take((study.values("params") < 5e7) | (np.array(study.text("run_id")) != "m2"))
    with pytest.raises(DataError, match="mixture m2"):
        fit_nested_mixture(missing, params=1e9, tokens=1e11)


def test_loss_to_loss_recovers_a_power_above_both_floors():
    loss_0 = np.linspace(2.2, 4.0, 8)
    loss_1 = 1.3 * (loss_0 - 1.7) ** 0.8 + 1.4
    found = fit_loss_to_loss(loss_0, loss_1, 1.7, 1.4, resamples=20)
    np.testing.assert_allclose(found.K, 1.3, rtol=1e-9)
    np.testing.assert_allclose(found.kappa, 0.8, rtol=1e-9)
    np.testing.assert_allclose(found.predict(2.0)[0], 1.3 * 0.3**0.8 + 1.4, rtol=1e-9)


def test_loss_to_loss_refuses_floors_above_the_losses():
    with pytest.raises(FitError, match="above their floors"):
        fit_loss_to_loss(np.array([2.0, 2.1, 2.2]), np.array([2.0, 2.1, 2.2]), 3.0, 1.0)


def test_matern_is_its_closed_form():
    at = matern(np.zeros((1, 1)), np.array([[0.5]]), np.array([0.5]))[0, 0]
    r = np.sqrt(5.0)
    assert at == pytest.approx((1 + r + 5.0 / 3.0) * np.exp(-r), rel=1e-12)


def test_a_process_without_noise_passes_through_its_data():
    rng = np.random.default_rng(0)
    x = rng.dirichlet(np.ones(3), 25)
    y = 2.0 + np.exp(-2.0 * x[:, 0]) + x[:, 1] ** 2
    process = fit_gaussian_process(x, y)
    mean, sd = process.predict(x)
    np.testing.assert_allclose(mean, y, atol=1e-3)
    new = rng.dirichlet(np.ones(3), 20)
    found, spread = process.predict(new)
    np.testing.assert_allclose(found, 2.0 + np.exp(-2.0 * new[:, 0]) + new[:, 1] ** 2, atol=0.02)
    assert spread.mean() > sd.mean()


def test_the_noise_of_a_process_is_never_below_that_of_seeds():
    x = np.random.default_rng(0).dirichlet(np.ones(2), 12)
    assert fit_gaussian_process(x, x[:, 0], least_nugget=0.04).nugget >= 0.04 * (1 - 1e-9)


def test_a_process_of_too_many_inputs_is_refused():
    with pytest.raises(DataError, match="outside what"):
        fit_gaussian_process(np.ones((20, 13)), np.ones(20))
