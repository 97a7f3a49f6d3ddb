"""L24: six runs of a corpus, the error law, and the two headline errors of gadre2024."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_published
from isoflop.measure.read_runs import read_runs


def design(data_dir, corpus: str) -> tuple[Runs, Runs, Runs]:
    """All runs, the five of the loss law, and the six of the error law."""
    runs = read_runs(
        data_dir / "gadre-overtraining" / "runs.csv",
        mapping={"loss": "loss_c4_val", "N": "params", "D": "tokens"},
        params="total",
        loss_unit="nat/token",
        where=(f"train_set={corpus}",),
        keep=("diverged", "loss_in_bits"),
    )
    N, multiple = runs.values("N"), runs.values("chinchilla_multiple")
    five = (multiple == 1.0) & (N < 5e8) & ~np.isclose(N, 257451008)
    five |= (multiple == 16.0) & (N < 2e7)
    sixth = (multiple == 1.0) & (np.abs(np.log(N / 1.4e9)) < 0.1)
    return runs, runs.take(five), runs.take(five | sixth)


def error_fit(six: Runs):
    return fit_law(
        six,
        "gadre_error",
        target="downstream_error_avg17",
        objective=Objective("squared"),
        resamples=0,
    )


@pytest.mark.parametrize(
    ("corpus", "key"),
    [
        ("c4_original", "gadre2024-c4"),
        ("rpj", "gadre2024-redpajama"),
        ("rw_original", "gadre2024-refinedweb"),
    ],
)
def test_coefficients_of_three_corpora(data_dir, corpus: str, key: str) -> None:
    _, _, six = design(data_dir, corpus)
    assert len(six) == 6
    fit = error_fit(six)
    for name, value in get_published(f"gadre_error@{key}")[1].values.items():
        assert fit.values[name] == pytest.approx(value, rel=3e-4)


@pytest.mark.parametrize(
    ("size", "multiple", "stated"), [(1.4e9, 32.0, 3.6365), (6.9e9, 1.0, 0.0464)]
)
def test_headline_errors_on_redpajama(
    data_dir, size: float, multiple: float, stated: float
) -> None:
    # Chained: the loss law of five runs gives the loss, the error law of six the error.
    runs, five, six = design(data_dir, "rpj")
    loss = fit_law(five, "overtraining", objective=Objective("squared"), resamples=0)
    error = error_fit(six)
    near = np.abs(np.log(runs.values("N") / size)) < 0.1
    target = runs.take(near & (runs.values("chinchilla_multiple") == multiple))
    assert len(target) == 1
    forecast = error.predict({"L": loss.predict(loss.inputs_of(target)).value}).value
    observed = target.values("downstream_error_avg17")
    assert 100 * abs(forecast - observed) / observed == pytest.approx(stated, abs=1e-3)
