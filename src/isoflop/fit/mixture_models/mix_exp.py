"""Exponential mixing law, one fit a validation domain (X01)."""

from __future__ import annotations

from isoflop.fit.mixture_law import law_model

MODEL = law_model("mix_exp", "mix_exp", "a floor and an exponential of the shares")
