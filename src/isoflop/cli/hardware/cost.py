"""``isoflop hardware cost``: device-hours, days, money, energy and carbon of a run."""

from __future__ import annotations

from isoflop.cli.arguments import count
from isoflop.cli.hardware.options import ChipOptions, say
from isoflop.cli.options import OutputOptions


def cost(
    *,
    params: str,
    tokens: str,
    devices: int,
    chip: ChipOptions,
    mfu: float | None = None,
    experts: bool = False,
    precision: str = "bf16",
    write_seconds: float = 10.0,
    restart_seconds: float = 600.0,
    grid: float | None = None,
    pue: float = 1.15,
    load: float = 0.85,
    output: OutputOptions | None = None,
) -> None:
    """Price a training run of 6*N*D FLOP on a number of devices.

    Parameters
    ----------
    params
        Active parameters: 70B.
    tokens
        Training tokens: 15T.
    devices
        How many.
    mfu
        Share of the peak that model FLOP use, 0 to 1; without it the published range of the chip.
    experts
        A mixture of experts, whose published range is lower.
    precision
        Of matrix products.
    write_seconds
        A checkpoint keeps the job waiting.
    restart_seconds
        After a failure, one in 50,700 device-hours.
    grid
        kg CO2 a kWh, for carbon: 0.02 (hydro) to 0.7 (coal).
    pue
        Energy of the site over that of its machines.
    load
        Share of the stated power that is drawn.
    """
    from isoflop.core.files import canonical_json
    from isoflop.decide.hardware.cost import Site
    from isoflop.decide.hardware.findings import chip_findings
    from isoflop.decide.hardware.goodput import Reliability
    from isoflop.decide.hardware.run_cost import Run, run_cost
    from isoflop.show.hardware.cost import cost_text

    machine = chip.accelerator()
    run = Run(count(params, "--params"), count(tokens, "--tokens"), devices, precision)
    found = run_cost(
        run,
        machine,
        mfu=mfu,
        experts=experts,
        reliability=Reliability(write_seconds=write_seconds, restart_seconds=restart_seconds),
        site=Site(load=load, pue=pue, grid=grid),
    )
    notes = tuple(chip_findings(machine))
    document = found.to_dict() | {"warnings": [note.to_dict() for note in notes]}
    (output or OutputOptions()).give(canonical_json(document), cost_text(found, machine))
    say(notes)
