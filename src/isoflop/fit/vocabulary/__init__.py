"""Three ways to learn from runs how large a vocabulary should be (vocabulary2024)."""
