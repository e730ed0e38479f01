"""What a change means, across sites, from returns alone: one module a question."""
