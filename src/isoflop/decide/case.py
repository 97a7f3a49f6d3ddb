"""What a plan has settled, from which every further question starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isoflop.core.flops import Shape
from isoflop.decide.machines import Machines
from isoflop.decide.own_rates import OwnRates
from isoflop.fit.fit import Fit

if TYPE_CHECKING:
    from isoflop.decide.problem import Problem
    from isoflop.fit.curve_fit.curve_fit import CurveFit
    from isoflop.fit.mixture import MixtureFit


@dataclass(frozen=True)
class Teacher:
    """A model to distil from.

    Attributes
    ----------
    exists : its training is paid already
    """

    params: float
    tokens: float
    exists: bool = True


@dataclass(frozen=True)
class Tokenised:
    """Context in tokens, and entries of the vocabulary (None: to be advised)."""

    context: int = 4096  # assumption: the usual context of pre-training
    vocab: int | None = None


@dataclass(frozen=True)
class Evidence:
    """Fits of the user's own for the further questions; None or empty where there are none.

    Attributes
    ----------
    rates : powers fitted to the best learning rates and batches of the user's own sweep
    critical_batch : measured near the loss of this plan, tokens
    repetition : law of loss with unique tokens or epochs
    unique_of : {source: unique tokens}, caps of the mixture
    general : law of the general loss against the share of general data (dcpt)
    general_limit : general loss allowed after continued training, nat/token
    dropout : of the training recipe
    """

    rates: OwnRates | None = None
    critical_batch: float | None = None
    repetition: Fit | None = None
    curve: CurveFit | None = None
    mixture: MixtureFit | None = None
    unique_of: Mapping[str, float] = field(default_factory=dict)
    general: Fit | None = None
    general_limit: float | None = None
    teacher: Teacher | None = None
    dropout: float = 0.0


@dataclass(frozen=True, eq=False)
class Case:
    """The settled plan.

    Attributes
    ----------
    N, D, C : size, tokens, training FLOP
    loss : what the law predicts, in the unit of the law
    problem : the law with its parameter sets and the limits
    shape : a decoder of about that size
    unique, max_epochs, served : as asked for; None if nothing was said
    """

    N: float
    D: float
    C: float
    loss: float
    problem: Problem
    shape: Shape
    tokenised: Tokenised
    evidence: Evidence
    machines: Machines | None = None
    days: float | None = None
    unique: float | None = None
    max_epochs: float | None = None
    served: float | None = None
