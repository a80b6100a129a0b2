"""Benchmarks: one module each, run as `python -m bench.NAME --json [--seed N] [--data DIR]`.

Progress goes to standard error; the last line of standard output is one JSON object. Each runs the installed
programs with their default durability, and reads what came of it through REST or the kernel, not from the programs.
"""
