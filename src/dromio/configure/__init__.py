"""Zero configuration: what the columns are, which keys to use, and the draft of a model from both."""
