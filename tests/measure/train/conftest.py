"""A small token folder written by hand, and a configuration that trains on it in a second."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from isoflop.measure.train.config import TrainConfig

pytest.importorskip("jax")

_END = 256


def write_split(folder: Path, domain: str, split: str, documents: list[np.ndarray]) -> dict:
    """Write one domain and split, and return its counts."""
    whole = [np.append(each, _END).astype("<u2") for each in documents]
    np.concatenate(whole).tofile(folder / f"{domain}.{split}.bin")
    starts = np.cumsum([0, *map(len, whole)])
    starts.astype("<u8").tofile(folder / f"{domain}.{split}.docs")
    return {
        "tokens": int(starts[-1]),
        "documents": len(whole),
        "bytes": int(starts[-1]) - len(whole),
    }


def _documents(rng: np.random.Generator, first: int, n_documents: int) -> list[np.ndarray]:
    """Random walks over ten neighbouring ids: learnable, of very different lengths."""
    lengths = rng.integers(5, 200, n_documents)
    return [first + np.cumsum(rng.integers(0, 3, n)) % 10 for n in lengths]


@pytest.fixture(scope="session")
def tokens(tmp_path_factory) -> Path:
    """Two domains of some thousand tokens."""
    folder, rng = tmp_path_factory.mktemp("corpus") / "tokens", np.random.default_rng(0)
    folder.mkdir()
    domains = {
        name: {
            split: write_split(folder, name, split, _documents(rng, first, n))
            for split, n in (("train", 60), ("heldout", 12))
        }
        for name, first in (("digits", 48), ("letters", 97))
    }
    meta = {
        "format": 1,
        "tokenizer": "bytes",
        "vocab": 257,
        "dtype": "uint16",
        "end_of_document": _END,
        "domains": domains,
        "digest": "0" * 64,
        "source": [],
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


@pytest.fixture(scope="session")
def small(tokens) -> Callable[..., TrainConfig]:
    """The smallest run worth its name, with changes."""

    def make(**changes: object) -> TrainConfig:
        settings = {
            "data": str(tokens),
            "width": 16,
            "depth": 1,
            "heads": 2,
            "seq_len": 32,
            "batch": 4,
            "steps": 12,
            "lr": 0.01,
            "eval_tokens": 600,
            "log_every": 1,
        }
        return TrainConfig.from_dict(settings | changes)

    return make
