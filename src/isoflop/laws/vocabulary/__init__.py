"""How large a vocabulary a model should have."""
