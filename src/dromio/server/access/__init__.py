"""How callers show who they are: API keys, tokens of an identity provider, signed requests."""
