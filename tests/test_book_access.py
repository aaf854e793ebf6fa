"""What the built pages say to those who do not see them: figures, tables, headings, links."""

import re
from collections import Counter
from itertools import pairwise

import built_book
import pytest
from bs4 import BeautifulSoup
from built_book import pages


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The folder of the built pages."""
    return built_book.html(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def soups(html):
    """Every page of the table of contents, parsed."""
    return {page: BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "html.parser") for page in pages()}


def in_articles(soups, *names):
    """What the articles hold of some elements, with their page."""
    return [(page, found) for page, soup in soups.items() for found in soup.article.find_all(names)]


def text(element):
    return " ".join(element.get_text(" ").split())


def test_figures_have_number_caption_and_a_text_that_says_more(soups):
    images = in_articles(soups, "img")
    assert len(images) >= 9 + 1 + 2 * 27 + 3
    for page, image in images:
        figure, alt = image.find_parent("figure"), image.get("alt", "")
        assert figure and figure.figcaption, (page, alt)
        assert re.match(r"Fig\. [\d.]+$", text(figure.figcaption.find(class_="caption-number"))), page
        # Without the name of the function that draws it.
        caption = re.sub(r" Drawn by .*", "", text(figure.figcaption.find(class_="caption-text")))
        assert len(caption) > 10 and len(alt) > 40 and not alt.startswith("_images/"), (page, alt)
        said = set(re.findall(r"[\w.]+", alt.lower())) - set(re.findall(r"[\w.]+", caption.lower()))
        assert len(said) >= 5, (page, alt)


def test_tables_have_header_cells_that_say_what_they_head(soups):
    tables = in_articles(soups, "table")
    assert len(tables) > 27 * 2
    for page, table in tables:
        headers = table.find_all("th")
        assert headers and {header.get("scope") for header in headers} <= {"col", "row"}, (page, text(table)[:80])
        assert all(header.get("scope") == "col" for header in table.thead.find_all("th")), page
        assert not table.thead.find("td"), page
        assert all(header.get("scope") == "row" for header in table.tbody.find_all("th")), page


def test_tables_from_notebooks_have_caption_and_row_headers(soups):
    # The explorer's box is filled by its script.
    boxes = [
        (page, box) for page, box in in_articles(soups, "div") if "odyssey-table" in box.get("class", []) and box.table
    ]
    assert len(boxes) > 27 * 2
    for page, box in boxes:
        assert len(text(box.table.caption)) > 20, page
        assert all(row.find(["th", "td"]).name == "th" for row in box.table.tbody.find_all("tr")), page
        assert box.get("tabindex") == "0" and box.get("role") == "region", page
        assert " ".join(box["aria-label"].split()) == text(box.table.caption), page


def test_tables_of_the_notation_have_captions_and_row_headers(soups):
    tables = soups["notation"].article.find_all("table")
    assert len(tables) == 4
    for table in tables:
        assert len(text(table.caption)) > 10
        assert all(row.find(["th", "td"]).name == "th" for row in table.tbody.find_all("tr"))


def test_language_title_and_one_heading_of_the_first_rank(soups):
    titles = Counter(text(soup.title) for soup in soups.values())
    for page, soup in soups.items():
        assert soup.html["lang"] == "en", page
        ranks = [int(heading.name[1]) for heading in soup.article.find_all(re.compile("^h[1-6]$"))]
        assert ranks.count(1) == 1 and ranks[0] == 1, page
        assert all(below <= above + 1 for above, below in pairwise(ranks)), page
        assert len(text(soup.title)) > 5, page
    # Cell pages of three tasks are called alike.
    assert max(titles.values()) <= 3


def section_number(soup, chapter):
    """The last part of the number of a page below a chapter."""
    return int(re.match(rf"{chapter}\.(\d+)\. ", text(soup.article.h1))[1])


def test_chapters_are_numbered_one_after_another(soups):
    parts = built_book.contents()["parts"]
    number = 0
    for part in parts:
        for chapter in part["chapters"] if part.get("numbered") else ():
            number += 1
            assert text(soups[chapter["file"]].article.h1).startswith(f"{number}. "), chapter
            # The pages below a chapter go on where its own sections end.
            places = [section_number(soups[section["file"]], number) for section in chapter.get("sections", ())]
            assert all(after == before + 1 for before, after in pairwise(places)), chapter
    assert [part["caption"] for part in parts if not part.get("numbered")] == ["Sources"]


def test_links_say_where_they_lead(soups):
    vague = {"here", "this", "link", "click here", "this page", "more", "read more", "see here"}
    for page, link in in_articles(soups, "a"):
        if "href" in link.attrs and "headerlink" not in link.get("class", []):
            picture = link.find("img")
            said = text(link) or (picture.get("alt") if picture else "") or link.get("title") or link.get("aria-label")
            assert said and said.lower().strip(" .") not in vague, (page, link)


def test_no_page_refers_to_what_is_not_there(soups, html):
    identities = {
        (html / f"{page}.html"): {tag["id"] for tag in soup.find_all(id=True)} for page, soup in soups.items()
    }
    followed = 0
    for page, soup in soups.items():
        for link in soup.find_all("a", href=True):
            address, _, fragment = link["href"].partition("#")
            if re.match(r"\w+:", address):
                continue
            target = ((html / f"{page}.html").parent / address).resolve() if address else html / f"{page}.html"
            assert target.exists(), (page, link["href"])
            if fragment and target in identities:
                assert fragment in identities[target], (page, link["href"])
                followed += 1
    assert followed > 300


def test_identities_are_unique(soups):
    for page, soup in soups.items():
        twice = [name for name, number in Counter(tag["id"] for tag in soup.find_all(id=True)).items() if number > 1]
        assert not twice, page


def test_pages_need_no_network(soups):
    for page, soup in soups.items():
        loaded = [tag["src"] for tag in soup.find_all(["script", "img", "iframe"], src=True)]
        loaded += [tag["href"] for tag in soup.find_all("link", rel=["stylesheet", "preload"])]
        assert loaded and not [address for address in loaded if "//" in address], page
