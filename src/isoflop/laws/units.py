"""Units that printed coefficients come in, in the units of the run table."""

from __future__ import annotations

PF_DAY = 8.64e19  # FLOP; 1e15 FLOP/s for 86400 s, kaplan2020
