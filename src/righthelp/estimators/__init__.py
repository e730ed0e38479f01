"""Pure array functions from moments, counts or published means to estimates; one design a file.

They import NumPy and each other, never the records, the protocol or a database. Arrays come in by
keyword, a small frozen result goes out. A number that cannot be made is a status with a reason
(``result.Estimate``); an assertion is our own bug.
"""
