"""Is a target monotone along an axis at all? Asked before a monotone law is trusted."""
