"""Test time: what more samples, and reinforcement learning, buy after pre-training."""
