"""Further ways to doubt a fit: curvature and profile likelihood, beside the bootstrap."""
