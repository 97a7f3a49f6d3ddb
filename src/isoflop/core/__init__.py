"""Words every stage shares: quantities, conventions, runs, results, provenance, errors."""
