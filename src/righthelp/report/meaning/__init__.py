"""What a change means, as tables, figures and sentences: one module a question."""
