"""Linear mixing law: the baseline."""

from __future__ import annotations

from isoflop.fit.mixture_law import law_model

MODEL = law_model("linear", "mix_linear", "the mean by shares; the baseline of the others")
