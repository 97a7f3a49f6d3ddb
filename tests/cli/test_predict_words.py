"""``isoflop predict``: digits that fit the quantity, its unit, and where the numbers come from."""

from __future__ import annotations

import pytest

from isoflop.cli.main import main


def said(capsys, *arguments: str) -> str:
    with pytest.raises(SystemExit) as stop:
        main(["predict", *arguments])
    assert not stop.value.code
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("law", "at", "start"),
    [
        ("step_law_lr", "N_ne=7B,D=1.4T", "lr 0.000934684 (no interval"),  # no unit, six digits
        ("minicpm_batch", "L=2.5", "batch_tokens 3.97777e+06 token (no interval"),
        ("chinchilla", "N=70B,D=1.4T", "loss 1.9739 nat/token (no interval"),
    ],
)
def test_a_number_has_the_digits_of_its_kind(capsys, law: str, at: str, start: str) -> None:
    assert said(capsys, "--law", law, "--at", at).startswith(start)


def test_the_set_behind_a_forecast_is_named_with_its_note(capsys) -> None:
    text = said(capsys, "--law", "henighan", "--at", "x=1B")
    assert "henighan@language-params" in text
    assert "mind: x is parameters." in text


def test_an_example_says_that_it_is_one(capsys) -> None:
    text = said(capsys, "--law", "powerlines_critical@bergsma2025", "--at", "D_min=10B")
    assert text.startswith("batch_critical 4.02116e+06 token")
    assert "not verified, an example only" in text
