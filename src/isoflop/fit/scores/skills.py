"""The model of latent skills: scores, their loss, and its exact gradient (arXiv 2412.06540).

Y = c + (1 - c) sigmoid(Lambda . theta + b), theta = alpha of the family + beta . x, with
x = (log10 N in billions, log10 D in trillions, their product).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.scores.link import sigmoid

BETA = 0.01  # of the smooth L1 loss, in score; sloth2024
SHRINK = 1e-4  # assumption: keeps family effects finite where a family has one model


@dataclass(frozen=True, eq=False)
class Skills:
    """Parameters of the model.

    Attributes
    ----------
    loadings : (n_benchmarks, n_skills)
    offsets : (n_benchmarks,)
    slopes : (n_skills, 3) of every skill in x
    families : (n_families, n_skills)
    """

    loadings: FloatArray
    offsets: FloatArray
    slopes: FloatArray
    families: FloatArray

    @property
    def flat(self) -> FloatArray:
        """All parameters as one vector."""
        parts = (self.loadings, self.offsets, self.slopes, self.families)
        return np.concatenate([part.ravel() for part in parts])

    def unflat(self, vector: FloatArray) -> Skills:
        """Parameters of the same shapes from one vector."""
        found, begin = [], 0
        for part in (self.loadings, self.offsets, self.slopes, self.families):
            found.append(vector[begin : begin + part.size].reshape(part.shape))
            begin += part.size
        return Skills(*found)

    def theta(self, x: FloatArray, labels: IntArray) -> FloatArray:
        """Skills (n_models, n_skills) at x (n_models, 3)."""
        return np.asarray(self.families[labels] + x @ self.slopes.T)

    def scores(self, theta: FloatArray, floors: FloatArray) -> FloatArray:
        """Scores (n_models, n_benchmarks) of skills."""
        u = theta @ self.loadings.T + self.offsets
        return np.asarray(floors + (1.0 - floors) * sigmoid(u))


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the skills are fitted to.

    Attributes
    ----------
    values : (n_models, n_benchmarks), NaN where missing
    x : (n_models, 3)
    labels : (n_models,) index of the family
    weights : (n_models,)
    """

    values: FloatArray
    x: FloatArray
    labels: IntArray
    floors: FloatArray
    weights: FloatArray


def coordinates(size: FloatArray, tokens: FloatArray) -> FloatArray:
    """x of models: (n_models, 3)."""
    n, d = np.log10(size / 1e9), np.log10(tokens / 1e12)
    return np.column_stack([n, d, n * d])


def loss_and_gradient(model: Skills, evidence: Evidence) -> tuple[float, Skills]:
    """Weighted mean of the smooth L1 loss with a small ridge on family effects, and its gradient.

    The gradient comes in the shapes of the parameters.
    """
    theta = model.theta(evidence.x, evidence.labels)
    s = sigmoid(theta @ model.loadings.T + model.offsets)
    span = 1.0 - evidence.floors
    known = np.isfinite(evidence.values)
    off = np.where(known, evidence.floors + span * s - evidence.values, 0.0)
    weight = known * evidence.weights[:, None]
    weight = weight / weight.sum()
    small = np.abs(off) < BETA
    loss = np.where(small, 0.5 * off**2 / BETA, np.abs(off) - 0.5 * BETA)
    value = float(np.sum(weight * loss)) + 0.5 * SHRINK * float(np.mean(model.families**2))
    du = weight * np.where(small, off / BETA, np.sign(off)) * span * s * (1.0 - s)
    dtheta = du @ model.loadings
    families = SHRINK * model.families / model.families.size
    np.add.at(families, evidence.labels, dtheta)
    gradient = Skills(du.T @ theta, du.sum(axis=0), dtheta.T @ evidence.x, families)
    return value, gradient


def random_start(evidence: Evidence, n_skills: int, rng: np.random.Generator) -> Skills:
    """A start as the source draws it: positive normal loadings and slopes, no family effects."""
    n_families = int(evidence.labels.max()) + 1
    n_benchmarks = evidence.values.shape[1]
    loadings = np.abs(rng.normal(size=(n_benchmarks, n_skills)))
    slopes = np.abs(rng.normal(size=(n_skills, 3)))
    slopes[:, 2] = 0.0  # the product of two signed logs has no sign to start with
    mean = np.clip(np.nanmean(evidence.values, axis=0), 0.01, 0.99)
    inside = np.clip((mean - evidence.floors) / (1.0 - evidence.floors), 0.02, 0.98)
    offsets = np.log(inside / (1.0 - inside))
    return Skills(loadings, offsets, slopes, np.zeros((n_families, n_skills)))


def solve_skills(start: Skills, evidence: Evidence, most_steps: int = 2000) -> tuple[Skills, float]:
    """The optimum near a start, by L-BFGS with the exact gradient; and its loss."""
    from scipy.optimize import minimize

    def value(vector: FloatArray) -> tuple[float, FloatArray]:
        loss, gradient = loss_and_gradient(start.unflat(vector), evidence)
        return loss, gradient.flat

    options = {"maxiter": most_steps, "maxfun": 2 * most_steps, "ftol": 1e-10, "gtol": 1e-8}
    done = minimize(value, start.flat, jac=True, method="L-BFGS-B", options=options)
    return start.unflat(done.x), float(done.fun)
