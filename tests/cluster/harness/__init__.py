"""Starts and ends the real servers the tests run against. Everything listens on loopback, on free ports."""
