"""Task score of a vision model: a straight line in the log of pre-training images."""

from __future__ import annotations

from isoflop.laws.algebra import log
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def metric(images: Operand, a: Operand, b: Operand) -> Operand:
    return a + b * log(images)


LAW = Law(
    name="vision_pretraining",
    entry="X109",
    about="Detection or segmentation score against pre-training images, linear in ln(images).",
    target="score/vision",
    inputs=("images",),
    formula=metric,
    source="jft2017",
    scale="level",
    axes=(Axis("images", "images", "images", "pre-training images", 1e6, 1e9),),
    parameters=(
        Parameter("a", "unit of target", -1e3, 1e3, "value at one unit of images"),
        Parameter("b", "unit of target", 0.0, 1e3, "gain for each factor e"),
    ),
    claims=(Claim("increases", in_="images"),),
    scope=("Seen from 10M to 300M images; a bounded score must level off.",),
)
