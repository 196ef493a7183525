"""Tests of the cleaners; a package, so that file names need not be unique among all tests."""
