"""Sphinx extension: header cells of the tables in the prose say whether they head a column or a row.

Sphinx writes such a cell without the attribute ``scope``, and some screen readers then guess. Tables that notebooks
make (`odyssey.tables`) have theirs already.
"""

import re


def setup(app):
    app.connect("html-page-context", add_scopes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_scopes(app, pagename, templatename, context, doctree):
    """Give each header cell of the page its scope: of the class ``head`` for a column, ``stub`` for a row."""
    if "body" in context:
        html = re.sub(r'<th class="(?=head\b)', '<th scope="col" class="', context["body"])
        context["body"] = re.sub(r'<th class="(?=stub\b)', '<th scope="row" class="', html)
