"""Loss as a function of parameters, tokens and compute."""
