"""Loss against the number of images of one kind, real or from one generator: a line in logs."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(images: Operand, k: Operand, b: Operand) -> Operand:
    return exp(b) * power(images, -k)


LAW = Law(
    name="synthetic_images",
    entry="X22",
    about="ln L = b - k*ln(images), for each generator and prompt setting.",
    target="loss",
    inputs=("images",),
    formula=loss,
    source="synimages2023",
    axes=(Axis("images", "images", "images", "training images", 1e3, 1e9),),
    parameters=(
        Parameter("k", "1", 0.001, 2.0, "return on images"),
        Parameter("b", "ln loss", -5.0, 20.0, "ln of the loss at one image"),
    ),
    claims=(Claim("decreases", in_="images"),),
    scope=(
        "One fit for each kind of image; fits of two kinds give a rate of exchange "
        "(isoflop.decide.data.exchange_rate).",
        "The line in logs is recalled; it has no floor, so it holds inside the fitted range only.",
        "Synthetic images scale nearly like real ones for CLIP, clearly worse for supervised "
        "classifiers; they help below 0.5M real images, under shift, or mixed in (abstract).",
    ),
)
