"""Best learning rate and batch from a sweep, and what published rules would have cost."""
