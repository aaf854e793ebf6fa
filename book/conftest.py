"""What ``pytest --nbval book/`` re-executes: the notebooks as stored, none that is only a source or a build product."""

# The template of the cells has no outputs of its own to compare with: the notebooks in cells/ are its executions.
collect_ignore = ["notebooks", "_build"]
