"""Tables of the book in HTML: caption, header cells with a scope, and a container of their own that scrolls."""

from collections.abc import Callable, Mapping
from html import escape

import pandas as pd

from odyssey.displayed import Displayed

DASH = "–"


class Table(Displayed):
    """An HTML table, with its caption as plain text."""

    @property
    def caption(self) -> str:
        """What the table shows, in one sentence."""
        return self.text


def table(
    frame: pd.DataFrame,
    caption: str,
    columns: Mapping[str, tuple[str, str | Callable]],
    tall: bool = False,
) -> Table:
    """A table of some columns of a frame; the first one is the header of its row.

    Args:
        frame: one row a line; its index is not shown.
        caption: what the table shows, in one sentence.
        columns: for each column its heading and how a value is written, a format specification such as ``".2f"`` or a
            function. A missing value is written as a dash.
        tall: whether the table is long, and scrolls in a box.
    """
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading, _ in columns.values())
    body = []
    for row in frame.to_dict("records"):
        cells = [escape(written(row[name], form)) for name, (_, form) in columns.items()]
        first = f'<th scope="row">{cells[0]}</th>'
        body.append(f"<tr>{first}{''.join(f'<td>{cell}</td>' for cell in cells[1:])}</tr>")
    kind = "odyssey-table odyssey-tall" if tall else "odyssey-table"
    # A region that scrolls has to be reachable by keyboard, and so needs a name.
    html = (
        f'<div class="{kind}" role="region" tabindex="0" aria-label="{escape(caption)}">\n'
        f"<table>\n<caption><span>{escape(caption)}</span></caption>\n<thead><tr>{head}</tr></thead>\n"
        "<tbody>\n" + "\n".join(body) + "\n</tbody>\n</table>\n</div>"
    )
    return Table(html, caption)


def wrapping(table: Table) -> Table:
    """A table of words, not numbers: the style sheet lets its cells wrap."""
    return Table(f'<div class="odyssey-verdicts">\n{table.html}\n</div>', table.caption)


def reach(low, high, form: str) -> str:
    """Two values as ``2 to 5``; as one where they are written alike."""
    low, high = written(low, form), written(high, form)
    return low if low == high else f"{low} to {high}"


def span(values, form: str) -> str:
    """The least and the greatest of `values` (a series or an array), as `reach` writes them."""
    return reach(values.min(), values.max(), form)


def written(value, form: str | Callable) -> str:
    """A value as the book writes it: by a format specification or a function; a dash where there is none."""
    if pd.isna(value):
        return DASH
    text = form(value) if callable(form) else format(value, form)
    return text.replace("-", "−") if isinstance(value, int | float) else text


def p_value(p: float) -> str:
    """Three decimals, or that it is below what three decimals can say."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


# What matters most comes first: the rest may have to be scrolled to on a narrow screen.
TRIAL_COLUMNS = {
    "index": ("trial", "d"),
    "test_score": ("test", ".3f"),
    "valid_score": ("validation", ".3f"),
    "learning_rate": ("learning rate", ".2e"),
    "blocks": ("blocks", "d"),
    "momentum": ("momentum", ".3f"),
    "input_noise": ("noise", ".2f"),
    "best_epoch": ("best epoch", "d"),
    "epochs": ("epochs", "d"),
    "parameters": ("parameters", ",d"),
    "status": ("status", "s"),
}

COMPARISON_COLUMNS = {
    "variant": ("variant", "s"),
    "mean": ("mean", ".2f"),
    "std": ("st. dev.", ".2f"),
    "best": ("best trial", ".2f"),
    "parameters": ("parameters", ",.0f"),
    "top": ("best tenth", "d"),
    "trials": ("trials", "d"),
    "diverged": ("diverged", "d"),
    "unscored": ("without score", "d"),
}

TEST_COLUMNS = {
    "variant": ("variant", "s"),
    "difference": ("difference", "+.2f"),
    "verdict": ("verdict", "s"),
    "p": ("p", p_value),
    "p_selection": ("p (selection)", p_value),
    "p_holm": ("p (Holm)", p_value),
    "low": ("from", "+.2f"),
    "high": ("to", "+.2f"),
    "t": ("t", ".2f"),
    "degrees": ("d. f.", ".1f"),
}
