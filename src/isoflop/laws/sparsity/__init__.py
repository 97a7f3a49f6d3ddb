"""Mixture-of-experts and pruned models: loss against experts, active parameters and sparsity."""
