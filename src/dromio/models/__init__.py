"""Ready-made models, and what brings values into the form that they compare."""
