"""The public tables are read as their descriptions say."""

from __future__ import annotations

import pytest

from isoflop.core.errors import DataError
from isoflop.measure.read_runs import read_runs

CHINCHILLA = "chinchilla-digitised/runs.csv"
STEPLAW = "steplaw/dense_lr_bs_grid.csv"


@pytest.mark.parametrize(
    ("path", "options", "n_kept", "n_excluded"),
    [
        (CHINCHILLA, {}, 245, 0),
        (CHINCHILLA, {"drop": ("highest_loss=5",)}, 240, 5),
        ("llama3-isoflop-digitised/isoflop_points.csv", {}, 133, 0),
        ("porian-kaplan-vs-chinchilla/isoflop_points.csv", {}, 1745, 0),
        ("marin-isoflop-2026-03/runs.csv", {}, 273, 0),
        ("misfitting-c4/runs.csv", {}, 240, 0),
        ("oellm-dense-lr-bs/runs.csv", {}, 909, 0),
        ("data-constrained/runs.csv", {}, 296, 0),
        ("data-constrained/runs.csv", {"where": ("in_published_fit=1",)}, 182, 0),
        ("gadre-overtraining/runs.csv", {"mapping": {"loss": "loss_c4_val"}}, 104, 0),
        (STEPLAW, {"mapping": {"loss": "loss_smooth"}}, 1730, 181),
        (STEPLAW, {"mapping": {"loss": "loss_smooth"}, "keep": ("diverged",)}, 1911, 0),
        ("data-mixing-laws/pile_3_domains.csv", {}, 3227, 27),
    ],
)
def test_rows_kept_and_left_out(data_dir, path, options, n_kept, n_excluded):
    runs = read_runs(data_dir / path, **options)
    assert (len(runs), len(runs.provenance.exclusions)) == (n_kept, n_excluded)


@pytest.mark.parametrize("rule", ["tokens_per_param_below=0.45", "highest_loss=5"])
def test_two_rules_name_the_five_chinchilla_outliers(data_dir, rule):
    runs = read_runs(data_dir / CHINCHILLA, drop=(rule,))
    assert len(runs) == 240
    assert set(runs.values("outlier_dropped_by_besiroglu")) == {0.0}


@pytest.mark.parametrize("path", ["gadre-overtraining/runs.csv", STEPLAW, "vocab/checkpoints.csv"])
def test_tables_with_several_or_odd_losses_ask(data_dir, path):
    with pytest.raises(DataError, match="E210"):
        read_runs(data_dir / path)


def test_the_vocabulary_head_is_recognised_in_the_compute(data_dir):
    mapping = {"loss": "loss_unigram_normalised"}
    notes = read_runs(data_dir / "vocab/checkpoints.csv", mapping=mapping).provenance.notes
    assert any("output head that params leave out" in note.text for note in notes)


def test_losses_per_byte_are_suspected(data_dir):
    notes = read_runs(data_dir / "llama3-isoflop-digitised/isoflop_points.csv").provenance.notes
    assert "W121" in [note.code for note in notes]
