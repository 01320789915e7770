"""Measurements, run by hand; what they print is reported in docs/benchmarks.md."""
