"""What a change means: one module a question, each with its SQL, and the rows that may leave."""
