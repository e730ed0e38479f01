"""Simulated practices with known truth, in the canonical tables."""

from righthelp.world.extracts import EXTRACTS, write_extract
from righthelp.world.population import Population, simulate
from righthelp.world.settings import World
from righthelp.world.tables import describe_truth, load_world, write_world
from righthelp.world.truth import Truth

__all__ = [
    "EXTRACTS",
    "Population",
    "Truth",
    "World",
    "describe_truth",
    "load_world",
    "simulate",
    "write_extract",
    "write_world",
]
