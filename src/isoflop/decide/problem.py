"""What has to be decided: parameters and tokens for a compute, under every set of a fit at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import PlanError
from isoflop.decide.line_search import HALVINGS, NARROWINGS, PARTS, bisect, minimise, narrow
from isoflop.laws.algebra import lesser
from isoflop.laws.law import Law
from isoflop.laws.traced import Operand

RATIO_RANGE = (1e-3, 1e7)  # tokens per parameter searched; assumption: far beyond any real run
FLOP_RANGE = (1e9, 1e40)  # compute searched for a target; assumption
FEW = 48  # parameter sets up to which many budgets are asked at once
AT_LIMIT = 1e-9  # relative distance at which a size counts as being on a limit
SIZES = ("N", "N_active", "N_ne")  # inputs that may stand for the size that is chosen
TRADED = {"D", "U", "C", "M", "epochs"}  # inputs that follow from size, tokens and unique tokens


@dataclass(frozen=True)
class Best:
    """The lowest loss for a compute, per parameter set: all (n_sets,)."""

    N: FloatArray
    D: FloatArray
    loss: FloatArray
    is_edge: BoolArray


@dataclass(frozen=True, eq=False)
class Problem:
    """One law, its parameter sets, and the limits on a run.

    Attributes
    ----------
    sets : (n_sets, n_parameters); the point values come first, then the draws
    flop_per_nd : training FLOP per parameter and token
    serving : tokens served over the lifetime, as the training tokens that cost as much
    unique : unique tokens at hand; a law with an input U is told, under any other D stops there
    most_epochs : passes over them that are allowed, under a law that knows repetition
    held : inputs beside size and tokens, at the values they are held at
    """

    law: Law
    sets: FloatArray
    flop_per_nd: float = 6.0
    serving: float = 0.0
    unique: float | None = None
    min_params: float | None = None
    max_params: float | None = None
    most_epochs: float | None = None
    held: Mapping[str, float] = field(default_factory=dict)
    use_closed_form: bool = True

    @property
    def knows_repetition(self) -> bool:
        """Whether the law has an input for unique tokens."""
        return bool({"U", "epochs"} & set(self.law.inputs))

    @property
    def most_tokens(self) -> float:
        """Tokens a run may see; infinite unless the law cannot tell a repeat from a fresh token."""
        if self.unique is None:
            return np.inf
        if self.knows_repetition:
            return np.inf if self.most_epochs is None else self.unique * self.most_epochs
        return self.unique

    def loss(self, N: FloatArray, D: FloatArray) -> FloatArray:
        """The target at sizes and tokens (n_sets or 1, n_points): (n_sets, n_points)."""
        U: Operand = D if self.unique is None else np.full(np.shape(D), self.unique)
        known: dict[str, Callable[[], Operand]] = {
            size_input(self.law, self.held): lambda: N,
            "D": lambda: D,
            "U": lambda: U,
            "C": lambda: self.flop_per_nd * N * D,
            "M": lambda: D / N,
            "epochs": lambda: D / U,
        }
        columns = [self.sets[:, i, None] for i in range(self.sets.shape[1])]
        held = self.held
        inputs = [held[one] if one in held else known[one]() for one in self.law.inputs]
        # Extreme corners of the search overflow; such points are never the lowest.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            return np.asarray(self.law.formula(*inputs, *columns))

    def tokens(self, N: FloatArray, C: FloatArray) -> FloatArray:
        """Training tokens left by a total compute C for a size N."""
        D: FloatArray = C / (self.flop_per_nd * N) - self.serving
        return D if np.isinf(self.most_tokens) else np.asarray(lesser(D, self.most_tokens))

    def total(self, N: FloatArray, D: FloatArray) -> FloatArray:
        """Compute of training, and of serving where tokens are served."""
        return self.flop_per_nd * N * (D + self.serving)

    def sizes(self, C: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Smallest and largest size considered at a total compute (n_sets,)."""
        least, most = (self._size_at_ratio(C, ratio) for ratio in RATIO_RANGE[::-1])
        if np.isfinite(self.most_tokens):
            least = np.maximum(least, C / (self.flop_per_nd * (self.most_tokens + self.serving)))
        if self.min_params is not None:
            least = np.maximum(least, self.min_params)
        most = np.maximum(most, least)
        if self.max_params is not None:
            most = np.minimum(most, self.max_params)
        return np.minimum(least, most), most

    def best(self, C: FloatArray, *, exact: bool = True) -> Best:
        """The lowest loss at total compute C (n_sets,), by closed form where the law has one."""
        least, most = self.sizes(C)
        plain = self.serving == 0.0 and not self.held
        if self.use_closed_form and self.law.optimum is not None and plain:
            N = np.clip(self._closed_form(C), least, most)
        else:
            low, high = np.log(least), np.log(most)
            N = np.exp(minimise(self._curve(C), low, high, exact=exact))
            N = np.clip(N, least, most)
        D = self.tokens(N, C)
        edges = (self._size_at_ratio(C, ratio) for ratio in RATIO_RANGE)
        is_edge = np.logical_or.reduce([np.abs(N / edge - 1.0) < AT_LIMIT for edge in edges])
        return Best(N, D, self.loss(N[:, None], D[:, None])[:, 0], is_edge)

    def needed(
        self, loss: FloatArray, low: FloatArray | None = None, high: FloatArray | None = None
    ) -> FloatArray:
        """Smallest total compute that reaches a loss (n_sets,); infinite where none does."""
        shape = (len(self.sets),)
        a = np.full(shape, FLOP_RANGE[0]) if low is None else low
        b = np.full(shape, FLOP_RANGE[1]) if high is None else high

        def is_short(problem: Problem, log_flop: FloatArray) -> BoolArray:
            reached = problem.best(np.exp(log_flop), exact=False).loss
            return np.asarray(~(reached <= np.repeat(loss, len(reached) // len(loss))))

        never = is_short(self, np.log(b))
        found = np.exp(self.border(is_short, np.log(a), np.log(b)))
        return np.where(never, np.inf, found)

    def border(
        self,
        is_below: Callable[[Problem, FloatArray], BoolArray],
        a: FloatArray,
        b: FloatArray,
        rounds: int = NARROWINGS,
    ) -> FloatArray:
        """Where a condition on the compute stops to hold between a and b (n_sets,), in logs.

        Parameters
        ----------
        is_below : (problem, log compute (n,)) -> (n,); the problem has each parameter set as often
            as there are points for it, those of one set after each other.
        rounds : each narrows the range 32-fold.
        """
        if len(self.sets) > FEW:
            return bisect(lambda points: is_below(self, points), a, b, HALVINGS * rounds)
        tiled = replace(self, sets=np.repeat(self.sets, PARTS - 1, axis=0))
        return narrow(lambda points: is_below(tiled, points), a, b, rounds)

    def only(self, rows: slice) -> Problem:
        """The same problem for some of the parameter sets."""
        return replace(self, sets=self.sets[rows])

    def _curve(self, C: FloatArray) -> Callable[[FloatArray], FloatArray]:
        def curve(log_size: FloatArray) -> FloatArray:
            N = np.exp(log_size)
            return self.loss(N, self.tokens(N, C[:, None]))

        return curve

    def _closed_form(self, C: FloatArray) -> FloatArray:
        assert self.law.optimum is not None
        values = {name: self.sets[:, i] for i, name in enumerate(self.law.parameter_names)}
        return self.law.optimum(values, C, self.flop_per_nd)["N"]

    def _size_at_ratio(self, C: FloatArray, ratio: float) -> FloatArray:
        # Positive root of k*N*(ratio*N + serving) = C, written without cancellation.
        scaled = C / self.flop_per_nd
        return 2.0 * scaled / (self.serving + np.sqrt(self.serving**2 + 4.0 * ratio * scaled))


def size_input(law: Law, held: Mapping[str, float]) -> str:
    """The input that stands for the size: N, else the active or the non-embedding parameters."""
    free = [symbol for symbol in SIZES if symbol in law.inputs and symbol not in held]
    return free[0] if free else "N"


def check_allocates(law: Law, held: Mapping[str, float] | None = None) -> None:
    """Fail unless the law trades parameters against tokens, all other inputs being held.

    Raises
    ------
    PlanError
        E402, naming the inputs the law does have.
    """
    fixed = held or {}
    inputs = set(law.inputs) - set(fixed)
    size = size_input(law, fixed)
    if ({size, "D"} <= inputs or "M" in inputs) and inputs <= {size, *TRADED}:
        return
    others = sorted(inputs - {size, *TRADED})
    if others and {size, "D"} <= inputs:
        raise PlanError(
            f"The law '{law.name}' also depends on {', '.join(others)}.",
            where=f"law '{law.name}', inputs {', '.join(law.inputs)}",
            matters="size and tokens alone do not say what it predicts.",
            do=f"hold it, --hold {others[0]}=VALUE, or let it be chosen, "
            f"--choose {others[0]}=LOW..HIGH.",
            code="E402",
        )
    raise PlanError(
        f"The law '{law.name}' has inputs {', '.join(law.inputs)}: it does not say how to divide "
        "compute between parameters and tokens.",
        where=f"law '{law.name}'",
        matters="only a law in both N and D has a compute-optimal size.",
        do="choose a law in N and D, for instance chinchilla (isoflop laws lists them).",
        code="E402",
    )
