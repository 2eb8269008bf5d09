"""Bundles, receipts, what is set aside, and the ways they travel (stick, folder)."""
