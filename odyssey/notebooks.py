"""Executes the book's notebooks: one template for every cell of the study, then the notebooks that sum up.

What is stored is what a reader, and ``pytest --nbval``, needs: sources, outputs and the alternative text of figures; no
time stamps, no paths, no name of the kernel that happened to run, and not how many trials it trained at a time. A
stored notebook of a corpus that is not embedded can be executed again, by ``pytest --nbval`` for one, only where
`odyssey.corpora.root_variable` says where that corpus lies.
"""

import ast
import os
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient.exceptions import DeadKernelError

from odyssey import records as archive
from odyssey.analysis.comparison import equal_budget
from odyssey.cache_folder import VARIABLE
from odyssey.corpora import CORPORA, corpus_for, root_variable
from odyssey.errors import OdysseyError, writing
from odyssey.variants import VARIANTS, variant

TEMPLATE = Path("notebooks", "cell.ipynb")
# The notebooks beside the cells, in the order of the book.
SUMMARIES = tuple(
    Path(f"{name}.ipynb")
    for name in (
        *("block", "speech", "handwriting", "music"),
        *("claims", "comparison", "importance", "explorer", "guidelines", "cost"),
        *("extend", "made"),
    )
)
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
INJECTED = "injected-parameters"
# Parameters that say how this machine executes a notebook, not what is in it.
NOT_STORED = ("jobs", "root")


def book_folder() -> Path:
    """``book`` of the checkout.

    Raises:
        OdysseyError: the package is not installed from a checkout.
    """
    folder = Path(__file__).resolve().parents[1] / "book"
    if not (folder / TEMPLATE).is_file():
        raise OdysseyError(f"there is no {TEMPLATE} in {folder}: install odyssey from a checkout (pip install -e .)")
    return folder


def execute(
    task: str,
    variants: Iterable[str] = tuple(VARIANTS),
    corpus: str | None = None,
    trials: int | None = None,
    records: str | None = None,
    book: Path | None = None,
    summaries: bool = True,
    root: str | None = None,
    tell: Callable[[Path], None] = lambda path: None,
    **parameters,
) -> list[Path]:
    """Execute the notebook of each cell of a task, then the summaries.

    Args:
        task: name of the task.
        variants: codes of the architectures.
        corpus: name of the corpus, by default the embedded one.
        trials: of each cell; those that the records lack are trained. By default as many as all recorded cells have.
        records: folder of the records, by default that of `odyssey.records.folder`.
        book: folder of the book, by default that of the checkout.
        summaries: whether to execute the summaries too.
        root: path to the user's files, for a corpus that is not embedded. Like ``jobs`` it is not stored.
        tell: called with each notebook as soon as it is written.
        parameters: further parameters of the template, such as ``jobs``.

    Returns:
        The notebooks written. Each is written whole or not at all.

    Raises:
        OdysseyError: there is no such task, corpus or variant, a parameter is not one of the template's, nothing is
            recorded, or a notebook failed.
    """
    book = book or book_folder()
    corpus = corpus_for(task, corpus)
    variants = [variant(code).code for code in variants]
    if root:
        parameters["root"] = _absolute(root)
    recorded = archive.read(records, task, corpus)
    if trials is None:
        trials = equal_budget(recorded)
        missing = [code for code in variants if code not in set(recorded["variant"])]
        if missing or not trials:
            what = f"{task} {missing[0]}" if missing else task
            raise OdysseyError(
                f"no trials of {what} on {corpus} are recorded: search first, or say how many (--trials)"
            )
    # All of it before anything is executed: a damaged summary should not show itself after hours.
    plan = list(_plan(book, task, variants, {"corpus": corpus, **parameters}, trials, summaries))
    written = []
    with _environment_of_kernels(records):
        for source, target, given, words in plan:
            written.append(run(source, target, given, words))
            tell(target)
    return written


@contextmanager
def _environment_of_kernels(records):
    """Kernels are processes of their own, which learn of the folders from their environment."""
    named = [name for name in (VARIABLE, *map(root_variable, CORPORA)) if os.environ.get(name)]
    paths = {name: _absolute(os.environ[name]) for name in named}
    paths["ODYSSEY_RECORDS"] = str(archive.folder(records).resolve())
    before = {name: os.environ.get(name) for name in paths}
    os.environ.update(paths)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _absolute(path):
    """A kernel runs in the folder of its notebook, so a relative path would lead elsewhere."""
    try:
        return str(Path(path).expanduser().resolve())
    except RuntimeError:
        raise OdysseyError(f"{path}: there is no such home folder: write the path out") from None


def _plan(book, task, variants, parameters, trials, summaries):
    """The arguments of `run` for each notebook, in order."""
    for code in variants:
        name = variant(code).name
        words = {
            "title": f"{task.capitalize()}, {code}: {name[0].lower()}{name[1:]}",
            "cell": f"{task}-{code}",
            "task": task,
        }
        given = {"task": task, "variant": code, "trials": trials, **parameters}
        yield book / TEMPLATE, book / "cells" / task / f"{code}.ipynb", given, words
    for summary in SUMMARIES if summaries else ():
        # A task's own page shows its corpus; the others name the corpus of each task by the task's name.
        given = parameters if summary.stem == task else {task: parameters["corpus"]}
        yield book / summary, book / summary, _wanted(book / summary, given), {}


def run(source: Path, target: Path, parameters: dict | None = None, words: dict[str, str] | None = None) -> Path:
    """Execute one notebook and store it.

    Args:
        source: the notebook; may be `target` itself.
        target: where it is stored.
        parameters: for its cell tagged ``parameters``.
        words: what stands for ``{{name}}`` in its prose.

    Returns:
        `target`.

    Raises:
        OdysseyError: `source` is no notebook, `parameters` names one that it does not have, or a cell failed; `target`
            is as before.
    """
    import papermill

    parameters = parameters or {}
    notebook, known = _read(source)
    unknown = [name for name in parameters if name not in known]
    if unknown:
        raise OdysseyError(f"{source.name} has no parameter {unknown[0]!r}; it has {', '.join(known) or 'none'}")
    notebook.cells = [cell for cell in notebook.cells if INJECTED not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _filled(cell.source, words or {})
    notebook.metadata.kernelspec = dict(KERNEL)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = target.with_name(f".{target.stem}.work.ipynb")
    done = target.with_name(f".{target.stem}.done.ipynb")
    try:
        with writing(target):
            nbformat.write(notebook, work)
        _papermill(papermill, work, done, parameters, target)
        with writing(target):
            nbformat.write(cleaned(nbformat.read(done, as_version=4)), work)
            work.replace(target)
    finally:
        work.unlink(missing_ok=True)
        done.unlink(missing_ok=True)
    return target


def _read(source):
    """A notebook, and the parameters that it has."""
    import papermill

    try:
        return nbformat.read(source, as_version=4), papermill.inspect_notebook(str(source))
    # A damaged notebook shows itself in many ways (JSON, keys, types, versions): all mean the same.
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) else f"no notebook, {type(error).__name__}"
        raise OdysseyError(f"{source}: cannot be read ({reason}): put the file back as it was") from None


def _papermill(papermill, work, done, parameters, target):
    try:
        papermill.execute_notebook(
            str(work),
            str(done),
            parameters,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(target.parent),
            # The kernel's own remarks, on unencrypted sockets for one, say nothing about the notebook.
            extra_arguments=["--log-level=ERROR"],
        )
    except papermill.PapermillExecutionError as error:
        reason = " ".join(f"{error.ename}: {error.evalue}".split())
        raise OdysseyError(
            f"{target.name} failed in cell {error.cell_index}: {reason}; the stored notebook is as before: open it in "
            "Jupyter to see where"
        ) from None
    except DeadKernelError:
        raise OdysseyError(
            f"{target.name}: its kernel died, perhaps for want of memory; the stored notebook is as before: end other "
            "programs, or lower --jobs"
        ) from None


def cleaned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """`notebook` without what differs between runs or machines, with the alternative text of figures in their cells."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        if INJECTED in cell.metadata.get("tags", []):
            cell.source = _stored(cell.source)
    for number, cell in enumerate(notebook.cells):
        # Random otherwise, and a notebook that changed in nothing would be another file.
        cell.id = f"cell-{number}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if INJECTED in cell.metadata.get("tags", []):
            cell.metadata["tags"] = [INJECTED, "hide-input"]
        for output in cell.get("outputs", []):
            image = output.get("metadata", {}).get("image/png", {})
            if "alt" in image:
                cell.metadata.setdefault("mystnb", {}).setdefault("image", {})["alt"] = image["alt"]
    return notebook


def _stored(source):
    """The assignments of an injected cell that are stored; one may take several lines where black is installed."""
    given = [node for node in ast.parse(source).body if node.targets[0].id not in NOT_STORED]
    return "\n".join(["# Parameters", *(ast.get_source_segment(source, node) for node in given)])


def _filled(text, words):
    for name, word in words.items():
        text = text.replace("{{" + name + "}}", word)
    return text


def _wanted(notebook, parameters):
    """Those of `parameters` that a summary has, and whose value is not the one that stands there."""
    _, known = _read(notebook)
    return {
        name: value for name, value in parameters.items() if name in known and _default(notebook, known, name) != value
    }


def _default(notebook, known, name):
    try:
        return ast.literal_eval(known[name]["default"])
    except (ValueError, SyntaxError):
        raise OdysseyError(
            f"{notebook}: the default of its parameter {name} is no plain value: put the file back as it was"
        ) from None
