"""L23 on five small runs a corpus, and the two headline errors of gadre2024."""

import numpy as np
import pytest

from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.measure.read_runs import read_runs


def design(data_dir, corpus):
    runs = read_runs(
        data_dir / "gadre-overtraining" / "runs.csv",
        mapping={"loss": "loss_c4_val", "N": "params", "D": "tokens"},
        params="total",
        loss_unit="nat/token",
        where=(f"train_set={corpus}",),
        keep=("diverged", "loss_in_bits"),
    )
    N, multiple = runs.values("N"), runs.values("chinchilla_multiple")
    chinchilla = (multiple == 1.0) & (N < 5e8) & ~np.isclose(N, 257451008)
    long = (multiple == 16.0) & (N < 2e7)
    return runs, runs.take(chinchilla | long)


@pytest.mark.parametrize(
    ("corpus", "a", "b", "eta", "E"),
    [
        ("c4_original", 141.28, 189.52, 0.12124, 1.5083),
        ("rpj", 212.24, 366.69, 0.13643, 1.8366),
        ("rw_original", 157.12, 246.21, 0.12720, 1.7345),
    ],
)
def test_coefficients_of_three_corpora(data_dir, corpus, a, b, eta, E):
    _, small = design(data_dir, corpus)
    assert len(small) == 5
    fit = fit_law(small, "overtraining", objective=Objective("squared"), resamples=0)
    assert fit.values["a"] == pytest.approx(a, rel=1e-4)
    assert fit.values["b"] == pytest.approx(b, rel=1e-4)
    assert fit.values["eta"] == pytest.approx(eta, rel=1e-4)
    assert fit.values["E"] == pytest.approx(E, rel=1e-4)


@pytest.mark.parametrize(
    ("size", "multiple", "error"), [(1.4e9, 32.0, 0.7103), (6.9e9, 1.0, 0.7320)]
)
def test_headline_errors_on_redpajama(data_dir, size, multiple, error):
    runs, small = design(data_dir, "rpj")
    fit = fit_law(small, "overtraining", objective=Objective("squared"), resamples=0)
    near = np.abs(np.log(runs.values("N") / size)) < 0.1
    target = runs.take(near & (runs.values("chinchilla_multiple") == multiple))
    assert len(target) == 1
    forecast = fit.predict(fit.inputs_of(target)).value
    observed = target.values("loss")
    assert 100 * abs(forecast - observed) / observed == pytest.approx(error, abs=1e-3)
