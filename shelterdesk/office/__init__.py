"""The central office: posts and what each has sent, receipts, consolidation, matrices."""
