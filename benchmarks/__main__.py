"""Runs every benchmark that needs nothing but its data; the others are run by their own names."""

from benchmarks import engine_speed, interval_forms, transfer, worlds

for benchmark in (engine_speed, interval_forms, worlds, transfer):
    print(f"\n== {benchmark.__name__}")
    benchmark.main()
