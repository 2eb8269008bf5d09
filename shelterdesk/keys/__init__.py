"""Wraps, seals, signatures and recovery: everything that holds or uses a secret, without SQL."""
