"""A nanoGPT-style training loop in PyTorch, of the same model as the trainer's, to compare with.

Same shapes, squared ReLU, RMSNorm, rotary positions, tied head, AdamW with clipping. Attention is
causal and, as in the trainer, kept within documents; or plain causal as in nanoGPT, which is less
work than the trainer does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Of the model and its batches; without an end of document attention is plain causal."""

    width: int
    depth: int
    heads: int
    seq_len: int
    batch: int
    vocab: int
    end_of_document: int | None = None


class _Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.heads = shape.heads
        self.norm_in, self.norm_feed = nn.RMSNorm(shape.width), nn.RMSNorm(shape.width)
        self.qkv = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)
        self.up = nn.Linear(shape.width, 4 * shape.width, bias=False)
        self.down = nn.Linear(4 * shape.width, shape.width, bias=False)

    def forward(self, x, cosine, sine, allowed):
        rows, length, width = x.shape
        q, k, v = self.qkv(self.norm_in(x)).split(width, dim=2)
        q, k, v = (
            part.view(rows, length, self.heads, width // self.heads).transpose(1, 2)
            for part in (q, k, v)
        )
        q, k = _rotated(q, cosine, sine), _rotated(k, cosine, sine)
        mixed = functional.scaled_dot_product_attention(
            q, k, v, attn_mask=allowed, is_causal=allowed is None
        )
        x = x + self.out(mixed.transpose(1, 2).reshape(rows, length, width))
        return x + self.down(torch.square(functional.relu(self.up(self.norm_feed(x)))))


class Model(nn.Module):
    """Decoder-only transformer."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.embedding = nn.Embedding(shape.vocab, shape.width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.blocks = nn.ModuleList(_Block(shape) for _ in range(shape.depth))
        self.norm = nn.RMSNorm(shape.width)
        half = shape.width // shape.heads // 2
        angle = torch.arange(shape.seq_len)[:, None] * 1e4 ** (-torch.arange(half) / half)
        self.register_buffer("cosine", torch.cos(angle))
        self.register_buffer("sine", torch.sin(angle))
        self.register_buffer("causal", torch.ones(shape.seq_len, shape.seq_len).tril().bool())
        self.end_of_document = shape.end_of_document

    def forward(self, inputs, targets):
        x, allowed = self.embedding(inputs), None
        if self.end_of_document is not None:
            document = torch.cumsum(inputs == self.end_of_document, 1)
            same = document[:, :, None] == document[:, None, :]
            allowed = (same & self.causal)[:, None]
        for block in self.blocks:
            x = block(x, self.cosine, self.sine, allowed)
        logits = functional.linear(self.norm(x), self.embedding.weight)
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _rotated(x, cosine, sine):
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], dim=-1)


def tokens_per_second(shape: Shape, tokens: np.ndarray, steps: int, *, compiled: bool) -> float:
    """Rate of the warm loop, data included.

    Parameters
    ----------
    tokens : (n,) ids, drawn from as nanoGPT does: random windows of a memory-mapped array.
    """
    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Model(shape).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), fused=True)
    step = torch.compile(model) if compiled else model
    rng = np.random.default_rng(0)
    began = 0.0
    for i in range(-10, steps):
        if i == 0:
            began = time.perf_counter()
        starts = rng.integers(len(tokens) - shape.seq_len - 1, size=shape.batch)
        rows = np.stack([tokens[s : s + shape.seq_len + 1] for s in starts]).astype(np.int64)
        batch = torch.from_numpy(rows).to(device)
        loss = step(batch[:, :-1].contiguous(), batch[:, 1:].contiguous())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    loss.item()
    return steps * shape.batch * shape.seq_len / (time.perf_counter() - began)
