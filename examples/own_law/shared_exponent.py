from isoflop.laws.algebra import power
from isoflop.laws.law import Law, Parameter

names = {"E": "floor", "A": "price of size", "alpha": "shared return", "B": "price of tokens"}
bounds = {"E": (0.0, 10.0), "A": (1e-3, 1e12), "alpha": (0.01, 2.0), "B": (1e-3, 1e12)}


def loss(N, D, E, A, alpha, B):
    return E + A * power(N, -alpha) + B * power(D, -alpha)


parameters = tuple(Parameter(name, "1", *bounds[name], names[name]) for name in names)
LAW = Law("shared_exponent", "loss", ("N", "D"), loss, "hoffmann2022", parameters)
