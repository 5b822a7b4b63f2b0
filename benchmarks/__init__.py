"""Benchmarks; `python -m benchmarks` runs them all. Results are kept in results/."""
