"""``isoflop hardware shortest``: how soon a run can be done at most, and what haste costs."""

from __future__ import annotations

from typing import Annotated

from isoflop.cli.arguments import count
from isoflop.cli.hardware.options import ChipOptions, say
from isoflop.cli.options import OutputOptions, Repeated


def shortest(
    *,
    params: str,
    tokens: str,
    critical_batch: float,
    mfu: float,
    chip: ChipOptions,
    devices: Annotated[tuple[int, ...], Repeated] = (8, 64, 512, 4096, 32768),
    micro_batch: float = 1.0,
    model_parallel: float = 1.0,
    precision: str = "bf16",
    output: OutputOptions | None = None,
) -> None:
    """Show training time against devices: beyond the critical batch more of them bring little.

    Parameters
    ----------
    params
        Active parameters: 70B.
    tokens
        Training tokens at a batch far below the critical one: 15T.
    critical_batch
        Sequences.
    mfu
        Share of the peak that model FLOP use, 0 to 1.
    devices
        Numbers of devices to show.
    micro_batch
        Sequences of the smallest micro-batch that is efficient.
    model_parallel
        Devices that usefully share a micro-batch, tensor times pipeline.
    precision
        Of matrix products.
    """
    import numpy as np

    from isoflop.core.files import canonical_json
    from isoflop.decide.hardware.findings import chip_findings
    from isoflop.decide.hardware.wall import Limits, shortest_times
    from isoflop.show.hardware.wall import wall_text

    machine = chip.accelerator()
    limits = Limits(
        flop=6.0 * count(params, "--params") * count(tokens, "--tokens"),
        flop_per_second=machine.peak_flops(precision) * mfu,
        critical_batch=critical_batch,
        smallest=micro_batch,
        model_parallel=model_parallel,
    )
    found = shortest_times(limits, np.array(sorted(devices), dtype=float))
    document = found.to_dict() | {"wall_seconds": limits.wall}
    (output or OutputOptions()).give(canonical_json(document), wall_text(found, limits))
    say(chip_findings(machine))
