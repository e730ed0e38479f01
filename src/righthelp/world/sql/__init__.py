"""SQL that gives a simulated population its canonical tables."""
