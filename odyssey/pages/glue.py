"""Values for the prose."""


def glue_all(values: dict[str, object]) -> None:
    """Glue each value under its name, for the prose."""
    # Part of the book's tools, not of what trains.
    from myst_nb import glue

    for name, value in values.items():
        glue(name, value, display=False)
