"""Tokens per second of the trainer against a PyTorch loop of the same model, on one CPU core.

``python -m benchmarks.trainer_speed --data TOKEN_FOLDER``. Each size is timed in turn by the
trainer, by PyTorch eager and by torch.compile; ratios compare what was timed next to each other.
Compilation is not counted for any of them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

SIZES = ((32, 2, 2), (64, 3, 4), (128, 4, 8), (256, 4, 8))  # width, depth, heads
SEQ_LEN, BATCH = 128, 4
ROUNDS = 3


def one_core() -> None:
    """Bind this process to one core, before any library asks how many there are."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def trainer_rate(data: str, size: tuple[int, int, int], steps: int) -> float:
    """Two warm runs of different length: their difference holds no start-up and no evaluation."""
    from isoflop.measure.train.config import TrainConfig
    from isoflop.measure.train.train_run import train_run

    def seconds(n: int) -> float:
        width, depth, heads = size
        config = TrainConfig(
            data=data, width=width, depth=depth, heads=heads, steps=n, lr=3e-3,
            seq_len=SEQ_LEN, batch=BATCH, eval_tokens=2048, log_every=10**6,
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            train_run(config, Path(folder))
            return time.perf_counter() - began

    seconds(steps // 4)
    return (steps - steps // 4) * SEQ_LEN * BATCH / (seconds(steps) - seconds(steps // 4))


def main() -> None:
    """Print rates and ratios by size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True, help="token folder")
    parser.add_argument("--budget", type=float, default=6e10, help="FLOP of each timing")
    arguments = parser.parse_args()
    one_core()
    import torch

    from benchmarks.torch_loop import Shape, tokens_per_second
    from isoflop.corpus.tokens import open_tokens

    torch.set_num_threads(1)
    folder = open_tokens(arguments.data)
    tokens = folder.split(folder.domains[0], "train").tokens
    print("size             trainer   eager  compiled  tokens/s; ratio to eager, to compiled")
    for size in SIZES:
        width, depth, heads = size
        shape = Shape(width, depth, heads, SEQ_LEN, BATCH, folder.vocab)
        per_step = 6 * SEQ_LEN * BATCH * (12 * depth * width**2 + folder.vocab * width)
        steps = max(40, int(arguments.budget / per_step))
        ours, eager, compiled = [], [], []
        for _ in range(ROUNDS):
            ours.append(trainer_rate(arguments.data, size, steps))
            eager.append(tokens_per_second(shape, tokens, steps // 2, compiled=False))
            compiled.append(tokens_per_second(shape, tokens, steps // 2, compiled=True))
        rates = [sorted(found)[ROUNDS // 2] for found in (ours, eager, compiled)]
        to_eager = sorted(a / b for a, b in zip(ours, eager, strict=True))[ROUNDS // 2]
        to_compiled = sorted(a / b for a, b in zip(ours, compiled, strict=True))[ROUNDS // 2]
        print(
            f"{width:4d} x {depth}   {rates[0]:12.0f} {rates[1]:8.0f} {rates[2]:9.0f}"
            f"   {to_eager:6.2f} {to_compiled:6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
