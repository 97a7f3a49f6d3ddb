"""Options of a whole plan: goal, machines, model, and the user's own evidence for its questions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.options import Repeated

if TYPE_CHECKING:
    from isoflop.decide.case import Evidence
    from isoflop.decide.demand import Demand
    from isoflop.decide.machines import Machines
    from isoflop.decide.question import Request
    from isoflop.fit.fit import Fit

Flag = Parameter(negative=())
NEEDS = {
    "devices": "chip",
    "mfu": "chip",
    "set": "chip",
    "recalled": "chip",
    "latency_ms": "chip",
    "serving_devices": "latency_ms",
    "unique_of": "mixture_fit",
    "continual_fit": "continual_limit",
    "continual_limit": "continual_fit",
    "teacher_params": "teacher_tokens",
    "teacher_tokens": "teacher_params",
    "target_score": "score_law",
}


@Parameter(name="*")
@dataclass(frozen=True)
class WholeOptions:
    """Every question of the run, not size and tokens alone; any of these asks for it."""

    whole: Annotated[bool, Flag] = False
    """Answer every question: shape, rates, schedule, epochs, mixture, sparsity, serving."""

    page: Path | None = None
    """Write the plan as one HTML page."""

    objective: Literal["loss", "money", "time", "serving"] | None = None
    """What is minimised; serving if --inference-tokens is given, else loss."""

    chip: str | None = None
    """Accelerator (isoflop hardware list): h100-sxm."""

    devices: int = 1
    """How many of them."""

    days: float | None = None
    """Deadline."""

    usd: str | None = None
    """Money for training; needs a price."""

    mfu: float | None = None
    """Share of the peak that model FLOP use; what is published for the chip by default."""

    set: Annotated[tuple[str, ...], Repeated] = ()
    """A figure of the chip of one's own: price=2.1 (USD a device-hour), hbm=80 (GB)."""

    recalled: Annotated[bool, Flag] = False
    """Accept figures of the chip from memory that were never checked."""

    latency_ms: float | None = None
    """Slowest generated token, by reading all weights once from the memory of --serving-devices."""

    serving_devices: int = 1
    """Devices that share one served copy."""

    choose: Annotated[tuple[str, ...], Repeated] = ()
    """Choose another input of the law: E_x=1..32."""

    score_law: str | None = None
    """Law from loss to a benchmark: gadre_error@gadre2024-c4, or a fit saved as .json."""

    target_score: float | None = None
    """Score to reach, in place of --target-loss."""

    rival: Annotated[tuple[Path, ...], Repeated] = ()
    """Further fits of your own, to stand beside the published ones."""

    context: int = 4096
    """Tokens of a sequence."""

    vocab: int | None = None
    """Entries of the vocabulary; advised by default."""

    rates: Path | None = None
    """Own learning-rate and batch laws: isoflop rate fit --out."""

    critical_batch: str | None = None
    """Own critical batch in tokens: isoflop batch critical."""

    repetition_fit: Path | None = None
    """Own law of repetition: isoflop fit --law muennighoff --out."""

    curve_fit: str | None = None
    """Own curve law (isoflop curves fit --out), or published: multi_power@mpl-400m."""

    mixture_fit: Path | None = None
    """Own mixing law: isoflop mix fit --out."""

    unique_of: Annotated[tuple[str, ...], Repeated] = ()
    """Unique tokens of a source, to cap its repetition: books=26B."""

    continual_fit: Path | None = None
    """Own law of the general loss in continued training: isoflop data fit --out."""

    continual_limit: float | None = None
    """General loss allowed after continued training, nat/token."""

    teacher_params: str | None = None
    """Size of a teacher to distil from: 70B."""

    teacher_tokens: str | None = None
    """Tokens it was trained on: 15T."""

    dropout: float = 0.0
    """Of the recipe; repeats without it are warned about."""

    @property
    def is_asked(self) -> bool:
        """Whether anything here differs from its default."""
        return any(getattr(self, field.name) != field.default for field in fields(self))

    def demand(self, limits: Request) -> Demand:
        """The demand of :func:`isoflop.decide.whole_plan.whole_plan`."""
        from isoflop.cli.arguments import count
        from isoflop.decide.case import Tokenised
        from isoflop.decide.demand import Demand, Latency
        from isoflop.fit.fit import Fit

        self._check_pairs()
        latency = None
        if self.latency_ms is not None:
            latency = Latency(self.latency_ms / 1e3, self.serving_devices)
        return Demand(
            limits,
            objective=self.objective,
            machines=self._machines(),
            days=self.days,
            usd=None if self.usd is None else count(self.usd, "--usd"),
            latency=latency,
            tokenised=Tokenised(self.context, self.vocab),
            evidence=self._evidence(),
            score_law=self._score_law(),
            target_score=self.target_score,
            choose=_ranges(self.choose),
            rivals=tuple(Fit.load(path) for path in self.rival),
        )

    def _score_law(self) -> Fit | None:
        from isoflop.fit.fit import Fit

        if self.score_law is None:
            return None
        is_file = self.score_law.endswith(".json")
        return Fit.load(self.score_law) if is_file else Fit.published(self.score_law)

    def _check_pairs(self) -> None:
        """An option that only refines another must not be given alone: it would be ignored."""
        from isoflop.core.errors import UsageError

        default = WholeOptions()
        for name, needs in NEEDS.items():
            given = getattr(self, name) != getattr(default, name)
            if given and getattr(self, needs) == getattr(default, needs):
                option, other = (f"--{one.replace('_', '-')}" for one in (name, needs))
                raise UsageError(
                    f"{option} says nothing without {other}.",
                    where=option,
                    matters="it would be ignored.",
                    do=f"give {other} too, or leave {option} out.",
                    code="E637",
                )

    def _machines(self) -> Machines | None:
        from isoflop.cli.arguments import numbers
        from isoflop.decide.hardware.find_accelerator import accelerator
        from isoflop.decide.machines import Machines

        if self.chip is None:
            return None
        chip = accelerator(self.chip).with_figures(numbers(self.set, "--set"))
        return Machines(chip.with_recalled() if self.recalled else chip, self.devices, mfu=self.mfu)

    def _evidence(self) -> Evidence:
        from isoflop.cli.arguments import count, numbers
        from isoflop.cli.curves.options import curve_fit_from
        from isoflop.decide.case import Evidence, Teacher
        from isoflop.decide.own_rates import read_own_rates
        from isoflop.fit.fit import Fit
        from isoflop.fit.mixture import MixtureFit

        teacher = None
        if self.teacher_params is not None and self.teacher_tokens is not None:
            sizes = (count(self.teacher_params, "--teacher-params"),)
            teacher = Teacher(*sizes, count(self.teacher_tokens, "--teacher-tokens"))
        critical = self.critical_batch
        return Evidence(
            rates=None if self.rates is None else read_own_rates(self.rates),
            critical_batch=None if critical is None else count(critical, "--critical-batch"),
            repetition=None if self.repetition_fit is None else Fit.load(self.repetition_fit),
            curve=None if self.curve_fit is None else curve_fit_from(self.curve_fit),
            mixture=None if self.mixture_fit is None else MixtureFit.load(self.mixture_fit),
            unique_of=numbers(self.unique_of, "--unique-of"),
            general=None if self.continual_fit is None else Fit.load(self.continual_fit),
            general_limit=self.continual_limit,
            teacher=teacher,
            dropout=self.dropout,
        )


def _ranges(texts: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """``("E_x=1..32",)`` as ranges."""
    from isoflop.cli.arguments import numbers
    from isoflop.cli.options import assignments

    found = {}
    for name, text in assignments(texts, "--choose").items():
        low, _, high = text.partition("..")
        pair = numbers((f"low={low}", f"high={high or low}"), "--choose")
        found[name] = (pair["low"], pair["high"])
    return found
