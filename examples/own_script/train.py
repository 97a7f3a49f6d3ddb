"""A small PyTorch language model, trained as one run of a sweep: next character of made-up text.

What a script needs to join a sweep: options for what varies, and one JSON object a logged step in
FOLDER/steps.jsonl. What it needs to survive a kill besides: a checkpoint that appears whole, a
restart that continues from it, and batches that depend on seed and step alone.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

LETTERS = "abcdefghijklmnopqrstuvwxyz "
CONTEXT = 12  # characters the model sees
EMBEDDING = 16  # numbers a character becomes
HELD_OUT = 8_000  # predictions the reported loss is a mean of
WORDS, TEXT = 3_000, 600_000  # size of the made-up language: words, characters


class Model(torch.nn.Module):
    """Embedded context, two hidden layers, scores of the next character."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(len(LETTERS), EMBEDDING)
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(CONTEXT * EMBEDDING, width),
            torch.nn.GELU(),
            torch.nn.Linear(width, width),
            torch.nn.GELU(),
            torch.nn.Linear(width, len(LETTERS)),
        )

    def forward(self, context: torch.Tensor) -> torch.Tensor:
        """Contexts (n, CONTEXT) to scores (n, letters)."""
        return self.layers(self.embedding(context).flatten(1))


def made_up_text() -> torch.Tensor:
    """Random words, common ones often (Zipf), with spaces between: the same text in every run."""
    rng = np.random.default_rng(0)
    letters = rng.dirichlet(np.full(26, 0.5))
    spellings = [rng.choice(26, size=rng.integers(2, 10), p=letters) for _ in range(WORDS)]
    words = [np.append(spelling, LETTERS.index(" ")) for spelling in spellings]
    often = 1.0 / np.arange(1, WORDS + 1)
    drawn = rng.choice(WORDS, size=TEXT // 5, p=often / often.sum())
    return torch.from_numpy(np.concatenate([words[word] for word in drawn])[:TEXT])


def examples(text: torch.Tensor, ends: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The contexts before some places of a text, and what stands there."""
    return text[ends[:, None] + torch.arange(-CONTEXT, 0)], text[ends]


def held_out_loss(model: Model, text: torch.Tensor) -> float:
    """Mean loss on the end of the text, which no batch is drawn from, nat a character."""
    with torch.no_grad():
        contexts, targets = examples(text, torch.arange(len(text) - HELD_OUT, len(text)))
        return float(torch.nn.functional.cross_entropy(model(contexts), targets))


def rate(step: int, options: argparse.Namespace) -> float:
    """Warm-up over the first twentieth, then a cosine to a tenth."""
    warm = min(1.0, (step + 1) / (0.05 * options.steps))
    cosine = 0.5 * (1.0 + math.cos(math.pi * step / options.steps))
    return options.lr * warm * (0.1 + 0.9 * cosine)


def save(path: Path, model: Model, optimizer: torch.optim.Adam) -> None:
    """Write the whole state of the run: under another name first, so that it appears complete."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"adam.{number}.{name}": value for name, value in state.items()}
    beside = path.with_name(path.name + ".part")
    save_file(tensors, beside)
    os.replace(beside, path)


def load(path: Path, model: Model, optimizer: torch.optim.Adam) -> int:
    """Take up the state of the run; the step it stands at, 0 if there is none."""
    if not path.exists():
        return 0
    tensors = load_file(path)
    model.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")})
    states: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith("adam."):
            _, number, name = key.split(".")
            states.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": states})
    return int(next(iter(states.values()))["step"])


def train(options: argparse.Namespace) -> None:
    """Train to the last step, from wherever an earlier attempt came to."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    text = made_up_text()
    model = Model(options.width)
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.95))
    checkpoint = options.folder / "checkpoint.safetensors"
    begin = load(checkpoint, model, optimizer)
    params = sum(value.numel() for value in model.parameters())
    in_layers = params - model.embedding.weight.numel()
    for step in range(begin, options.steps):
        rng = np.random.default_rng([options.seed, step])
        ends = rng.integers(CONTEXT, TEXT - HELD_OUT - CONTEXT, size=options.batch)
        contexts, targets = examples(text, torch.from_numpy(ends))
        loss = torch.nn.functional.cross_entropy(model(contexts), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = rate(step, options)
        optimizer.step()
        done = step + 1
        if done % options.every == 0 or done == options.steps:
            line = {
                "step": done,
                "tokens": done * options.batch,
                "flops": 6 * in_layers * done * options.batch,
                "params": params,
                "params_non_embedding": in_layers,
                "loss": held_out_loss(model, text),
                "train_loss": loss.item(),
            }
            # The line before the checkpoint: a run that is at its end has its last line.
            with (options.folder / "steps.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            save(checkpoint, model, optimizer)


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, required=True, help="of the hidden layers")
    parser.add_argument("--lr", type=float, default=3e-3, help="peak learning rate of Adam")
    parser.add_argument("--seed", type=int, default=0, help="of initial weights and batches")
    parser.add_argument("--steps", type=int, required=True, help="of the optimiser")
    parser.add_argument("--batch", type=int, default=256, help="characters predicted a step")
    parser.add_argument("--every", type=int, default=100, help="steps from log line to log line")
    parser.add_argument("--folder", type=Path, required=True, help="of the run: log, checkpoint")
    return parser.parse_args()


if __name__ == "__main__":
    train(read_options())
