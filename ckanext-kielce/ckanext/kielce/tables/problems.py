"""What can be wrong with a table file, said so that the person who made the file can mend it.

`MESSAGES` is the one home of the sentences: code -> (Polish, English), each with what was seen and the remedy.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MESSAGES: dict[str, tuple[str, str]] = {
    "empty": (
        "Plik jest pusty. Wgraj plik z danymi.",
        "The file is empty. Upload a file that holds data.",
    ),
    "unreadable": (
        "Nie można odczytać pliku: {detail}. Sprawdź, czy plik otwiera się u Ciebie, i wgraj go ponownie.",
        "The file cannot be read: {detail}. Check that it opens on your computer, then upload it again.",
    ),
    "no_table": (
        "To {format}: takiego pliku nie da się odczytać jako tabeli. Dołącz te same dane jako CSV lub XLSX.",
        "This is {format}: it cannot be read as a table. Add the same data as CSV or XLSX.",
    ),
    "web_page": (
        "Pod adresem jest strona WWW, a nie plik z danymi. Podaj bezpośredni adres pliku.",
        "The address gives a web page, not a data file. Give the direct address of the file.",
    ),
    "wrong_format": (
        "Podano format {declared}, a plik jest w formacie {actual}. Popraw format w opisie albo podmień plik.",
        "The declared format is {declared}, but the file is {actual}. Correct the description or the file.",
    ),
    "wrong_encoding": (
        "Podano kodowanie {declared}, a plik jest w {actual}. Zapisz plik jako UTF-8 albo popraw opis.",
        "The declared encoding is {declared}, but the file is {actual}. Save it as UTF-8 or correct the text.",
    ),
    "broken_characters": (
        "W wierszu {row} są znaki, których nie da się odczytać w kodowaniu {actual}. Zapisz plik jako UTF-8.",
        "Row {row} holds characters that cannot be read as {actual}. Save the file as UTF-8.",
    ),
    "ragged_rows": (
        "Liczba wierszy o innej liczbie kolumn niż nagłówek: {count}; pierwszy to {row} (jest {found}, powinno być "
        "{expected}). Sprawdź znaki rozdzielające i cudzysłowy w tym wierszu.",
        "Rows whose number of columns differs from the header: {count}; the first is row {row} ({found} instead of "
        "{expected}). Check the separators and quotes in that row.",
    ),
    "broken_quotes": (
        "Cudzysłowy w pliku nie są domknięte (pierwszy raz w wierszu {row}). Podwój cudzysłów wewnątrz tekstu.",
        "Quotes are not closed (first in row {row}). Double a quote that stands inside a text.",
    ),
    "mixed_types": (
        "Kolumna „{column}” to liczby lub daty, ale nie wszędzie: liczba innych wartości {count}, pierwsza w wierszu "
        "{row}: „{value}”. Brak wartości zostaw jako pustą komórkę, a uwagi przenieś do osobnej kolumny.",
        "Column “{column}” holds numbers or dates, but not everywhere: other values {count}, the first in row "
        "{row}: “{value}”. Leave a missing value empty and move remarks to a column of their own.",
    ),
    "title_rows": (
        "Nad nagłówkiem są wiersze z tytułem ({count}). Pominięto je; w pliku otwartym tabela zaczyna się od nagłówka.",
        "There are title rows above the header ({count}). They were skipped; an open file starts with its header.",
    ),
    "totals_rows": (
        "Na końcu są wiersze z sumą lub przypisem ({count}, od wiersza {row}). Pominięto je; przenieś je do opisu.",
        "Totals or notes stand at the end ({count}, from row {row}). They were skipped; move them to the text.",
    ),
    "no_header": (
        "Pierwszy wiersz nie wygląda na nagłówek. Dodaj wiersz z nazwami kolumn.",
        "The first row does not look like a header. Add a row with the names of the columns.",
    ),
    "empty_column_name": (
        "Kolumna {column} nie ma nazwy w nagłówku. Wpisz nazwę.",
        "Column {column} has no name in the header. Give it one.",
    ),
    "repeated_column_name": (
        "Nazwa kolumny „{column}” powtarza się w nagłówku. Nadaj kolumnom różne nazwy.",
        "The column name “{column}” is used more than once. Give columns different names.",
    ),
    "no_rows": (
        "Tabela ma nagłówek, ale żadnych wierszy. Sprawdź, czy eksport się powiódł.",
        "The table has a header but no rows. Check that the export worked.",
    ),
    "sampled": (
        "Plik jest bardzo duży: odczytano tylko pierwsze {count} wierszy. Podziel go na części, np. po latach.",
        "The file is very large: only the first {count} rows were read. Split it, for instance by year.",
    ),
    "line_too_long": (
        "W pliku jest wiersz dłuższy niż {count} znaków. Sprawdź, czy wiersze są rozdzielone znakiem nowej linii.",
        "A line is longer than {count} characters. Check that rows end with a new line.",
    ),
    "too_many_columns": (
        "Tabela ma {found} kolumn, a portal czyta najwyżej {expected}. Zamień kolumny na wiersze albo podziel plik.",
        "The table has {found} columns; the portal reads {expected} at most. Turn columns into rows or split it.",
    ),
    "archive_bomb": (
        "Archiwum po rozpakowaniu byłoby zbyt duże ({detail}). Podziel je na mniejsze pliki.",
        "Unpacked, the archive would be too large ({detail}). Split it into smaller files.",
    ),
    "archive_unsafe_path": (
        "W archiwum jest plik o niedozwolonej ścieżce „{detail}”. Pominięto go. Spakuj pliki bez folderów nadrzędnych.",
        "The archive holds a file with a forbidden path “{detail}”. It was skipped. Pack files without parent paths.",
    ),
    "archive_member": (
        "Pliku „{detail}” z archiwum nie odczytano jako tabeli.",
        "“{detail}” in the archive was not read as a table.",
    ),
    "archive_encrypted": (
        "Archiwum jest zabezpieczone hasłem. Spakuj pliki bez hasła.",
        "The archive is protected by a password. Pack the files without one.",
    ),
    "load_failed": (
        "Tabeli nie udało się zapisać w bazie portalu: {detail}. Poprzednia wersja działa nadal.",
        "The table could not be stored in the portal's database: {detail}. The former version still serves.",
    ),
    "fetch_failed": (
        "Nie udało się pobrać pliku: {detail}",
        "The file could not be fetched: {detail}",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: ``row`` counts from 1 as a person sees it, ``column`` is a name."""

    code: str
    message_pl: str
    message_en: str
    row: int | None = None
    column: str | None = None
    file: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def problem(
    code: str, *, row: int | None = None, column: str | None = None, file: str | None = None, **values: Any
) -> Problem:
    """Make a `Problem` from the sentences of `MESSAGES`; ``values`` fill their blanks."""
    polish, english = MESSAGES[code]
    blanks = {"row": row, "column": column, **values}
    prefix = f"{file}: " if file else ""
    return Problem(
        code, prefix + polish.format(**blanks), prefix + english.format(**blanks), row, column, file
    )


class TableError(Exception):
    """A file gave no table at all. The one exception that this room raises on a bad file.

    ``problems`` holds at least one `Problem`; the first is the reason.
    """

    def __init__(self, *problems: Problem) -> None:
        """Keep the reasons; the text of the exception is the first one in English."""
        self.problems = list(problems)
        super().__init__(problems[0].message_en)
