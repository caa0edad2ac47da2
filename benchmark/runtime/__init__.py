"""Measurements of the pool and the executor on whole models and beside other processes."""
