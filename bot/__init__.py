"""onboard answers "where do I learn X?" from a tagged catalogue of resources."""
