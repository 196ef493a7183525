"""The model as data: schema, expressions, files."""
