"""Tokens per second of the trainer against a PyTorch loop of the same model, on one CPU core.

``python -m benchmarks.trainer_speed --data TOKEN_FOLDER``. Each size is timed in turn by the
trainer, by PyTorch eager and by torch.compile, both with attention kept within documents as the
trainer keeps it, and without; ratios compare what was timed next to each other.
Compilation is not counted for any of them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.torch_loop import Shape

SIZES = ((32, 2, 2), (64, 3, 4), (128, 4, 8), (256, 4, 8))  # width, depth, heads
ROUNDS = 3


def one_core() -> None:
    """Bind this process to one core, before any library asks how many there are."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def trainer_rate(data: str, shape: Shape, steps: int) -> float:
    """Two warm runs of different length: their difference holds no start-up and no evaluation."""
    from isoflop.measure.train.config import TrainConfig
    from isoflop.measure.train.train_run import train_run

    def seconds(n: int) -> float:
        config = TrainConfig(
            data=data, width=shape.width, depth=shape.depth, heads=shape.heads, steps=n, lr=3e-3,
            seq_len=shape.seq_len, batch=shape.batch, eval_tokens=2048, log_every=10**6,
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            train_run(config, Path(folder))
            return time.perf_counter() - began

    seconds(steps // 4)
    took = seconds(steps) - seconds(steps // 4)
    return (steps - steps // 4) * shape.seq_len * shape.batch / took


def main() -> None:
    """Print rates and ratios by size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, help="token folder")
    parser.add_argument("--seq-len", type=int, default=128)
    parser.add_argument("--batch", type=int, default=4, help="sequences a step")
    parser.add_argument("--budget", type=float, default=6e10, help="FLOP of each timing")
    arguments = parser.parse_args()
    one_core()
    import torch

    from benchmarks.torch_loop import Shape, tokens_per_second
    from isoflop.corpus.tokens import open_tokens

    torch.set_num_threads(1)
    folder = open_tokens(arguments.data)
    tokens = folder.split(folder.domains[0], "train").tokens
    print("tokens/s by the trainer, and its ratio to PyTorch")
    print("size             trainer   eager  compiled  eager, unmasked  compiled, unmasked")
    for size in SIZES:
        width, depth, heads = size
        shape = Shape(width, depth, heads, arguments.seq_len, arguments.batch, folder.vocab)
        masked = replace(shape, end_of_document=folder.end_of_document)
        row_tokens = arguments.seq_len * arguments.batch
        per_step = 6 * row_tokens * (12 * depth * width**2 + folder.vocab * width)
        steps = max(40, int(arguments.budget / per_step))
        rates: list[list[float]] = []
        for _ in range(ROUNDS):
            ours = trainer_rate(arguments.data, masked, steps)
            theirs = [
                ours / tokens_per_second(each, tokens, steps // 2, compiled=compiled)
                for each in (masked, shape)
                for compiled in (False, True)
            ]
            rates.append([ours, *theirs])
        middle = [sorted(column)[ROUNDS // 2] for column in zip(*rates, strict=True)]
        ratios = "".join(f"{ratio:12.2f}" for ratio in middle[1:])
        print(f"{width:4d} x {depth}   {middle[0]:12.0f} {ratios}", flush=True)


if __name__ == "__main__":
    main()
