"""The keeper of the catalogues: sentences of the code against resources/translations/*.po."""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).resolve().parent.parent
KEYWORDS = {"tr": None, "ntr": (1, 2), "ptr": ((1, "c"), 2)}
LITERALS = {"tr": 1, "ntr": 2, "ptr": 2}  # how many leading arguments are the sentence itself
# A number before a plural. A limit, a range or a share ("at most {n} people", "of {total} rows") has no singular.
GLUED = re.compile(
    r"(?<!than )(?<!least )(?<!most )(?<!up to )(?<!\bto )(?<!\bof )(?<!\band )"
    r"\{(?:n|count|[a-z]+s)\} (?:[a-z]+ )?(?:people|children|[a-z]{2,}[^aius\W]s)\b"
)
DOOR = "core/words.py"  # where the three functions live; it passes sentences on and says none


def template(package: Path) -> Catalog:
    """Every sentence marked in the package, with the files (not the lines: they move) that say it."""
    found = Catalog(project="shelterdesk", charset="utf-8", fuzzy=False)
    rows = extract_from_dir(
        package, method_map=[("**.py", "python")], keywords=KEYWORDS, strip_comment_tags=True
    )
    for filename, _line, message, comments, context in rows:
        found.add(message, None, [(f"{package.name}/{filename}", 1)], auto_comments=comments, context=context)
    return found


def unmarkable(package: Path) -> Iterator[str]:
    """Calls no catalogue can serve: a sentence that is not literal, or said once and for all at import.

    An f-string or a variable never reaches the catalogue; a sentence at module or class level is fixed
    before anybody has chosen a language.
    """
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).as_posix() == DOOR:
            continue
        tree = ast.parse(path.read_text("utf-8"), str(path))
        where = path.relative_to(package.parent).as_posix()
        for whole in ast.walk(tree):
            if isinstance(whole, ast.JoinedStr) and any(_calls(whole, at_import=False)):
                yield f"{where}:{whole.lineno}: inside an f-string, where no catalogue tool finds it"
        for call, at_import in _calls(tree, at_import=True):
            sentence = call.args[: LITERALS[_name(call.func)]]
            literal = [isinstance(part, ast.Constant) and isinstance(part.value, str) for part in sentence]
            if len(sentence) < LITERALS[_name(call.func)] or not all(literal):
                yield f"{where}:{call.lineno}: not a literal sentence, so no translation can be found"
            text = ast.literal_eval(sentence[0]) if _name(call.func) == "tr" and literal == [True] else ""
            if glued := GLUED.search(text):
                yield f"{where}:{call.lineno}: “{glued.group()}” needs ntr, or one of them reads as several"
            if at_import:
                yield f"{where}:{call.lineno}: said at import, before the language is known"


def _name(function: ast.expr) -> str:
    return (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def _calls(node: ast.AST, *, at_import: bool) -> Iterator[tuple[ast.Call, bool]]:
    """Every call of tr, ntr and ptr below a node, and whether it runs when the module is imported."""
    if isinstance(node, ast.Call) and _name(node.func) in LITERALS:
        yield node, at_import
    later: list[ast.AST] = []
    if isinstance(node, ast.Lambda):
        later = [node.body]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        later = list(node.body)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, at_import=at_import and child not in later)


def places(text: str) -> set[str]:
    """The names of the ``{places}`` a sentence leaves to be filled in.

    Raises ValueError where the braces do not match.
    """
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def faults_of(message: Message) -> Iterator[str]:
    """What is wrong with one translation: none, unreviewed, or other places than the source has."""
    sources = message.id if isinstance(message.id, list | tuple) else (message.id,)
    said = message.string if isinstance(message.string, list | tuple) else (message.string,)
    if not all(said):
        yield "untranslated"
        return
    if message.fuzzy:
        yield "marked fuzzy: somebody has to read it and take the mark off"
    needed, allowed = places(sources[-1]), set().union(*(places(source) for source in sources))
    for index, sentence in enumerate(text or "" for text in said):
        try:
            found = places(sentence)
        except ValueError as error:
            yield f"its braces do not match ({error})"
            continue
        # "One person" may leave the number out, as its source may; no form may ask for what is not given.
        singular = len(sources) > 1 and index == 0
        if not found <= allowed or (not singular and found != needed):
            yield f"places {sorted(found)} instead of {sorted(needed)}"


def faults(package: Path, po: Path) -> list[str]:
    """Everything that keeps one catalogue from being whole: one line a fault, empty when it is fresh."""
    wanted = template(package)
    with po.open("rb") as file:
        known = read_po(file, locale=po.stem)
    lines = []
    for message in wanted:
        if message.id and known.get(message.id, message.context) is None:
            lines.append(f"{po.name}: missing: {_short(message)} ({message.locations[0][0]})")
    for message in known:
        if not message.id:
            continue
        source = wanted.get(message.id, message.context)
        if source is None:
            lines.append(f"{po.name}: obsolete: {_short(message)}")
        elif isinstance(source.id, list | tuple) != isinstance(message.id, list | tuple):
            lines.append(f"{po.name}: one is counted and the other is not: {_short(message)}")
        else:
            lines += [f"{po.name}: {fault}: {_short(message)}" for fault in faults_of(message)]
    return lines


def _short(message: Message) -> str:
    first = message.id[0] if isinstance(message.id, list | tuple) else message.id
    return repr(f"{message.context}|{first}" if message.context else first)


def update(package: Path, po: Path) -> None:
    """Bring a catalogue up to the code: new sentences enter empty, translations stay, old ones go.

    No guessed (fuzzy) translations: a sentence about a child or an illness is not to be guessed.
    """
    wanted = template(package)
    if po.exists():
        with po.open("rb") as file:
            known = read_po(file, locale=po.stem)
    else:
        heading = (
            "# What ShelterDesk says, in another language. tools/strings.py keeps it in step with the code."
        )
        known = Catalog(
            locale=po.stem, header_comment=heading, project="ShelterDesk", version="1", fuzzy=False
        )
    wanted.creation_date = known.creation_date  # otherwise every merge would differ by its hour alone
    known.update(wanted, no_fuzzy_matching=True)
    whole = po.with_suffix(".po.new")
    with whole.open("wb") as file:
        write_po(file, known, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
    whole.replace(po)


def compile_all(folder: Path) -> None:
    """Write the .mo beside every .po, each at once so that a running desk never reads half of one."""
    for po in sorted(folder.glob("*.po")):
        with po.open("rb") as file:
            known = read_po(file, locale=po.stem)
        half = po.with_suffix(".mo.new")
        with half.open("wb") as file:
            write_mo(file, known)
        half.replace(po.with_suffix(".mo"))


def main(arguments: list[str]) -> int:
    """Check (without an option), ``--update LANGUAGE …`` (default all) or ``--compile``; 0 means well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--update", nargs="*", metavar="LANGUAGE", help="merge new sentences into the catalogues"
    )
    parser.add_argument("--compile", action="store_true", help="write the .mo files")
    parser.add_argument("--top", type=Path, default=TOP, help="the checkout")
    chosen = parser.parse_args(arguments)
    package, folder = chosen.top / "shelterdesk", chosen.top / "resources" / "translations"

    if chosen.compile:
        compile_all(folder)
        return 0
    if chosen.update is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for language in chosen.update or sorted({"es", *(po.stem for po in folder.glob("*.po"))}):
            update(package, folder / f"{language}.po")
        return 0

    lines = list(unmarkable(package))
    catalogues = sorted(folder.glob("*.po"))
    if "es" not in {po.stem for po in catalogues}:
        lines.append("es.po is missing: tools/strings.py --update makes it")
    for po in catalogues:
        lines += faults(package, po)
    print("\n".join(lines) if lines else "translations: whole")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
