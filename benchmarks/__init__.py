"""What is fast, how fast, and why: ``python -m benchmarks``; the README beside this file says how.

Workers run in interpreters that may have little more than NumPy, so importing this does nothing.
"""
