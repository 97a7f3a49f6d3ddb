"""Ways to forecast scores: one file a method."""
