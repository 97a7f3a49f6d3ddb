"""The numbers of each figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from isoflop.core.errors import UsageError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.show.draw.matplotlib import draw
from isoflop.show.figure import (
    Band,
    Dots,
    Line,
    Shade,
    Subject,
    all_figures,
    figures_of,
    get_figure,
)
from isoflop.show.frontier import frontier

NAMES = ("contours", "fan", "intervals", "isoflop", "residuals")


def series_of(subject: Subject, name: str, kind: type, panel: int = 0) -> list:
    return [s for s in get_figure(name).draw(subject).panels[panel].series if isinstance(s, kind)]


def test_figures_are_found_by_their_files() -> None:
    assert tuple(figure.name for figure in all_figures()) == NAMES


def test_the_search_finds_the_closed_form_optimum(fit: Fit) -> None:
    flops = np.geomspace(1e18, 1e26, 9)
    found = frontier(fit, flops, per_pair=6.0)
    values = {name: np.asarray(value) for name, value in fit.values.items()}
    exact = fit.law.optimum(values, flops, 6.0)
    loss = fit.predict(exact).value
    np.testing.assert_allclose(found.parameters[0], exact["N"], rtol=1e-3)
    np.testing.assert_allclose(found.loss[0], loss, rtol=1e-7)


def test_isoflop_has_a_line_and_a_minimum_for_each_budget(subject: Subject) -> None:
    minimum = series_of(subject, "isoflop", Dots)[-1]
    solid = [line for line in series_of(subject, "isoflop", Line) if not line.dashed]
    assert (len(solid), len(minimum.x)) == (6, 6)
    np.testing.assert_allclose([np.nanmin(line.y) for line in solid], minimum.y, rtol=1e-3)


def test_isoflop_is_solid_only_over_the_sizes_of_its_budget(subject: Subject) -> None:
    lines = series_of(subject, "isoflop", Line)
    dots = series_of(subject, "isoflop", Dots)[:-1]
    solid = [line.x[np.isfinite(line.y)] for line in lines if not line.dashed]
    assert all(
        s.min() >= d.x.min() and s.max() <= d.x.max() for s, d in zip(solid, dots, strict=True)
    )
    assert sum(line.dashed for line in lines) == 6


def test_contours_hold_the_loss_they_are_named_for(subject: Subject) -> None:
    lines = [line for line in series_of(subject, "contours", Line) if line.beside]
    known = [np.isfinite(line.y) for line in lines]
    off = [
        subject.fit.predict({"N": line.x[ok], "D": line.y[ok]}).value / float(line.beside or 0) - 1
        for line, ok in zip(lines, known, strict=True)
    ]
    assert max(float(np.abs(o).max()) for o in off) < 5e-3


def test_residual_dots_are_observed_over_predicted(subject: Subject) -> None:
    dots = series_of(subject, "residuals", Dots)[0]
    at = subject.fit.inputs_of(subject.runs)
    expected = subject.runs.values("loss") / subject.fit.predict(at).value - 1
    np.testing.assert_allclose(dots.y, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(dots.x, subject.fit.predict(at).value, rtol=1e-9)


def test_the_forecast_is_dashed_exactly_beyond_the_data(subject: Subject) -> None:
    solid, dashed = series_of(subject, "fan", Line)
    largest = subject.runs.values("C").max()
    assert (solid.dashed, dashed.dashed) == (False, True)
    assert solid.x[np.isfinite(solid.y)].max() == pytest.approx(largest)
    assert dashed.x[np.isfinite(dashed.y)].min() == pytest.approx(largest)


def test_the_wider_band_holds_the_narrower_and_grows(subject: Subject) -> None:
    wide, narrow = series_of(subject, "fan", Band)
    assert (wide.lo <= narrow.lo).all()
    assert (narrow.hi <= wide.hi).all()
    assert wide.hi[-1] - wide.lo[-1] > wide.hi[40] - wide.lo[40]


@pytest.mark.parametrize(("reach", "multiple"), [(8.0, 8.0), (None, 1.0), (0.0, 1.0)])
def test_the_shade_ends_where_trust_ends(subject: Subject, reach: float, multiple: float) -> None:
    (shade,) = series_of(replace(subject, reach=reach), "fan", Shade)
    assert shade.hi == pytest.approx(multiple * subject.runs.values("C").max())


def test_a_law_of_one_axis_has_a_forecast_but_no_isoflop(runs: Runs) -> None:
    one = fit_law(runs, "kaplan_params", resamples=5)
    names = [figure.name for figure in figures_of(Subject(one, runs))]
    assert names == ["fan", "intervals", "residuals"]
    with pytest.raises(UsageError, match="E450"):
        get_figure("isoflop").draw(Subject(one, runs))


def test_published_coefficients_have_a_forecast_over_their_evidence() -> None:
    names = [figure.name for figure in figures_of(Subject(Fit.published("chinchilla")))]
    assert names == ["fan"]


def test_intervals_are_those_of_the_fit(subject: Subject) -> None:
    (dots,) = series_of(subject, "intervals", Dots)
    lo, hi = subject.fit.intervals["E"]
    value = subject.fit.values["E"]
    assert (dots.lo[0], dots.hi[0]) == (pytest.approx(lo / value), pytest.approx(hi / value))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("kind", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_each_figure_is_drawn_with_equal_bytes(subject, name, kind, start) -> None:
    drawing = get_figure(name).draw(subject)
    first = draw(drawing, kind, name=name)
    assert first.startswith(start)
    assert first == draw(get_figure(name).draw(subject), kind, name=name)
