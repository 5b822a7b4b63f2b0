"""How the built-in encoder is made; not part of the package."""
