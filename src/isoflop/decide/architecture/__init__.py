"""What laws of architecture decide: vocabulary, experts, sparsity, precision, replicas."""
