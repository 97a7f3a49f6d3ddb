from isoflop.laws.algebra import power
from isoflop.laws.law import Law, Parameter

def loss(N, D, E, A, alpha, B):
    return E + A * power(N, -alpha) + B * power(D, -alpha)

LAW = Law(
    name="shared_exponent", about="Chinchilla with one exponent.", source="hoffmann2022",
    target="loss", inputs=("N", "D"), formula=loss,
    parameters=(Parameter("E", "nat/token", 0.0, 10.0, "floor"),
                Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
                Parameter("alpha", "1", 0.01, 2.0, "shared return"),
                Parameter("B", "nat/token", 1e-3, 1e12, "price of too few tokens")),
)
