"""How alike two values are: distances, similarities in [0, 1], and codes of how a text sounds. Pure functions."""
