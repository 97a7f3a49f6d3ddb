"""Runs every benchmark that has its data."""

from benchmarks import engine_speed

engine_speed.main()
