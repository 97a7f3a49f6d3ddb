"""How a job is spread over devices: degrees of parallelism, sharding, recompute, micro-batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from isoflop.core.errors import UsageError
from isoflop.decide.hardware.model import Model

Recompute: TypeAlias = Literal["none", "selective", "full"]
Zero: TypeAlias = Literal[0, 1, 2, 3]
_STAGES, _RECOMPUTES = get_args(Zero), get_args(Recompute)


@dataclass(frozen=True)
class Job:
    """One training step to be spread.

    Parameters
    ----------
    batch : sequences in a global batch.
    precision : key of the accelerator's peaks: bf16, fp16, fp8.
    optimizer : key of :data:`isoflop.decide.hardware.states.STATES`.
    """

    model: Model
    batch: int
    precision: str = "bf16"
    optimizer: str = "adam"

    @property
    def tokens(self) -> int:
        """Tokens of a step."""
        return self.batch * self.model.shape.seq_len


@dataclass(frozen=True)
class Layout:
    """Degrees of parallelism; their product without ``expert`` is the number of devices.

    Parameters
    ----------
    expert : ranks that share the experts; they are taken among the data ranks.
    zero : stage of sharding of optimiser states, gradients and weights over data ranks.
    micro_batch : sequences.
    virtual : stages of the pipeline that one device holds (interleaving).
    sequence_parallel : norms and masks are split over the tensor ranks too.
    inner_steps : steps between exchanges of the data ranks; above 1 is low-communication training.
    """

    data: int = 1
    tensor: int = 1
    pipeline: int = 1
    context: int = 1
    expert: int = 1
    zero: Zero = 1
    recompute: Recompute = "none"
    micro_batch: int = 1
    virtual: int = 1
    sequence_parallel: bool = True
    inner_steps: int = 1

    @property
    def devices(self) -> int:
        """How many devices it takes."""
        return self.data * self.tensor * self.pipeline * self.context

    @property
    def words(self) -> str:
        """In few characters: t8 p16 d64, ZeRO 1, micro-batch 1, no recompute."""
        degrees = (("t", self.tensor), ("p", self.pipeline), ("c", self.context))
        named = [f"{letter}{degree}" for letter, degree in degrees if degree > 1]
        named += [f"d{self.data}"] + ([f"e{self.expert}"] if self.expert > 1 else [])
        virtual = f", {self.virtual} virtual stages" if self.virtual > 1 else ""
        inner = f", exchange every {self.inner_steps} steps" if self.inner_steps > 1 else ""
        return (
            f"{' '.join(named)}, ZeRO {self.zero}, micro-batch {self.micro_batch}, "
            f"recompute {self.recompute}{virtual}{inner}"
        )

    def micro_batches(self, job: Job) -> int:
        """Micro-batches each pipeline works through in a step."""
        return job.batch // (self.data * self.micro_batch)

    def problem(self, job: Job) -> str | None:
        """Why the job cannot be spread so, None if it can."""
        sizes = (self.data, self.tensor, self.pipeline, self.context, self.expert, self.virtual)
        if min(*sizes, self.micro_batch, self.inner_steps, job.batch) < 1:
            return "a size is below 1"
        checks = (*self._choices(), *self._divisions(job))
        return next((why for wrong, why in checks if wrong), None)

    def _choices(self) -> tuple[tuple[bool, str], ...]:
        return (
            (self.zero not in _STAGES, f"there is no ZeRO {self.zero}"),
            (self.recompute not in _RECOMPUTES, f"there is no recompute '{self.recompute}'"),
            (self.virtual > 1 and self.pipeline == 1, "virtual stages need a pipeline"),
            (self.inner_steps > 1 and self.zero > 0, "replicas that meet rarely share no states"),
            (self.data % self.expert != 0, f"expert {self.expert} does not divide the data ranks"),
        )

    def _divisions(self, job: Job) -> tuple[tuple[bool, str], ...]:
        shape, stages = job.model.shape, self.pipeline * self.virtual
        batch = (
            f"a batch of {job.batch} sequences is no multiple of data {self.data} x "
            f"micro-batch {self.micro_batch}"
        )
        return (
            (job.batch % (self.data * self.micro_batch) != 0, batch),
            (shape.n_layer % stages != 0, f"{shape.n_layer} layers in {stages} stages"),
            (shape.n_head % self.tensor != 0, f"{shape.n_head} heads over tensor {self.tensor}"),
            (shape.seq_len % self.context != 0, f"context {self.context} does not divide"),
            (job.model.experts % self.expert != 0, f"experts do not divide over {self.expert}"),
            (
                self.virtual > 1 and self.micro_batches(job) % self.pipeline != 0,
                "interleaving needs micro-batches in multiples of the pipeline",
            ),
        )


def checked(job: Job, layout: Layout) -> Layout:
    """The layout, if the job can be spread so.

    Raises
    ------
    UsageError
        E583 with the reason.
    """
    why = layout.problem(job)
    if why is not None:
        raise UsageError(
            f"The job does not fit this layout: {why}.",
            where=layout.words,
            matters="nothing was computed.",
            do="change the batch or the degrees; `isoflop hardware search` finds ones that divide.",
            code="E583",
        )
    return layout
