"""Contract suites for catalogue members, importable by third parties."""
