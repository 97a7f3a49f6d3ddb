"""Options that the hardware commands share: the model, the layout, the machines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.arguments import numbers
from isoflop.cli.options import Repeated

if TYPE_CHECKING:
    from isoflop.core.explain import Finding
    from isoflop.decide.hardware.accelerator import Accelerator
    from isoflop.decide.hardware.efficiency import Efficiency
    from isoflop.decide.hardware.layout import Job, Layout

Flag = Parameter(negative=())


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class JobOptions:
    """The model and its batch."""

    layers: int
    """Layers."""

    width: int
    """Width."""

    heads: int
    """Attention heads."""

    vocab: int
    """Vocabulary."""

    seq: int
    """Context, tokens."""

    batch: int
    """Global batch, sequences."""

    kv_heads: int | None = None
    """Key and value heads; as many as heads by default."""

    d_ff: int | None = None
    """Feed-forward width; 4 widths by default."""

    gated: Annotated[bool, Flag] = False
    """Three feed-forward matrices."""

    untied: Annotated[bool, Flag] = False
    """Input and output embeddings are two matrices."""

    experts: int = 1
    """Experts a layer."""

    top_k: int = 1
    """Experts a token uses."""

    dropout: Annotated[bool, Flag] = False
    """Dropout masks are kept."""

    eager_attention: Annotated[bool, Flag] = False
    """Attention stores its scores (no flash attention)."""

    precision: str = "bf16"
    """Of matrix products: bf16, fp16, fp8."""

    optimizer: str = "adam"
    """adam, adam_fp32_gradients, adam_bf16_moments, adam_8bit, adam_no_master, muon, adafactor,
    sgd."""

    def job(self) -> Job:
        """The job."""
        from isoflop.core.flops import Shape
        from isoflop.decide.hardware.layout import Job
        from isoflop.decide.hardware.model import Model

        shape = Shape(
            n_layer=self.layers,
            d=self.width,
            vocab=self.vocab,
            seq_len=self.seq,
            n_head=self.heads,
            n_kv_head=self.kv_heads,
            d_ff=self.d_ff,
            gated=self.gated,
            tied=not self.untied,
        )
        flash = not self.eager_attention
        model = Model(shape, self.experts, self.top_k, dropout=self.dropout, flash=flash)
        return Job(model, self.batch, self.precision, self.optimizer)


@Parameter(name="*")
@dataclass(frozen=True)
class LayoutOptions:
    """How the job is spread; data * tensor * pipeline * context devices."""

    data: int = 1
    """Data ranks."""

    tensor: int = 1
    """Tensor-parallel ranks."""

    pipeline: int = 1
    """Pipeline stages."""

    context: int = 1
    """Context-parallel ranks."""

    expert: int = 1
    """Data ranks that share the experts."""

    zero: Literal[0, 1, 2, 3] = 1
    """Sharded over data ranks: 1 optimiser, 2 gradients too, 3 weights too."""

    recompute: Literal["none", "selective", "full"] = "none"
    """Activations computed again in the backward pass."""

    micro_batch: int = 1
    """Sequences."""

    virtual: int = 1
    """Pipeline stages a device holds."""

    no_sequence_parallel: Annotated[bool, Flag] = False
    """Norms are not split over tensor ranks."""

    inner_steps: int = 1
    """Steps between exchanges of data ranks (low-communication training)."""

    def layout(self) -> Layout:
        """The layout."""
        from isoflop.decide.hardware.layout import Layout

        fields = {n: v for n, v in vars(self).items() if n != "no_sequence_parallel"}
        return Layout(**fields, sequence_parallel=not self.no_sequence_parallel)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ChipOptions:
    """The accelerator."""

    chip: str
    """Name (isoflop hardware list), or a TOML file of one's own."""

    set: Annotated[tuple[str, ...], Repeated] = ()
    """NAME=VALUE: a figure of one's own: hbm (GB), bandwidth (TB/s), link, network (GB/s), domain,
    power (W), price (USD a device-hour), peak.bf16 (TFLOP/s, measured or stated)."""

    recalled: Annotated[bool, Flag] = False
    """Accept figures from memory that were never checked."""

    def accelerator(self) -> Accelerator:
        """The chip with the figures given."""
        from isoflop.decide.hardware.find_accelerator import accelerator

        found = accelerator(self.chip).with_figures(numbers(self.set, "--set"))
        return found.with_recalled() if self.recalled else found


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class MachineOptions(ChipOptions):
    """The accelerator, and what was timed on it."""

    calibration: Path | None = None
    """File that `isoflop hardware calibrate` wrote."""

    def efficiency(self) -> Efficiency | None:
        """The calibration, if one was given."""
        from isoflop.decide.hardware.efficiency import read_efficiency

        return None if self.calibration is None else read_efficiency(self.calibration)


def say(findings: Iterable[Finding]) -> None:
    """Notes on stderr."""
    for finding in findings:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
