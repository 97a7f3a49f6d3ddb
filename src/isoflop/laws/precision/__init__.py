"""Loss against the bits of weights, activations and keys and values."""
