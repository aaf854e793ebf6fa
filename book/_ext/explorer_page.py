"""Sphinx extension: the page that holds the trial explorer gets its script and style, and Plotly; no other page does.

Plotly's library is copied from the installed package into the built book, which so needs no network.
"""

from pathlib import Path

ASSETS = Path(__file__).parent / "explorer"
MARK = 'class="explorer"'
PLOTLY = "plotly.min.js"


def setup(app):
    app.connect("config-inited", add_assets)
    app.connect("builder-inited", copy_plotly)
    app.connect("html-page-context", load_on_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_assets(app, config):
    """Let the builder copy script and style into ``_static``."""
    config.html_static_path.append(str(ASSETS))


def copy_plotly(app):
    """Put Plotly's library into ``_static``."""
    if app.builder.format == "html":
        from plotly.offline import get_plotlyjs

        target = Path(app.outdir, "_static", PLOTLY)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(get_plotlyjs(), encoding="utf-8")


def load_on_page(app, pagename, templatename, context, doctree):
    """Load all three on a page that holds an explorer."""
    if MARK in context.get("body", ""):
        app.add_css_file("explorer.css")
        app.add_js_file(PLOTLY, loading_method="defer")
        app.add_js_file("explorer.js", loading_method="defer")
