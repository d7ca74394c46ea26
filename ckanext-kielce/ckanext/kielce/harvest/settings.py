"""The configuration of a harvest source: which keys there are, and a check with complaints an admin can act on.

ckanext-harvest copies every key of the stored configuration over the source's own fields when it shows the source, so
that a key ``frequency`` or ``organization`` would replace the source's rhythm and owner. Stored is therefore one
key, ``settings``, with everything inside; both forms are accepted.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import SECRET_NAME, ConfigField

STORED_KEY = "settings"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")
KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "flag": (bool,),
    "list": (list,),
    "map": (dict,),
}


NO_EMAIL = "this is not an e-mail address"
NO_SHARE = "give a number from 0 to 100"
NO_NAME = (
    "give only the name of the secret (capitals, digits, _): its value stands in the environment variable "
    "KIELCE_SECRET_<NAME>, for everybody can read this configuration"
)
CHECKS_PL = {
    NO_EMAIL: "to nie jest adres e-mail",
    NO_SHARE: "podaj liczbę od 0 do 100",
    NO_NAME: "podaj tylko nazwę sekretu (wielkie litery, cyfry, _): jego wartość stoi w zmiennej środowiskowej "
    "KIELCE_SECRET_<NAZWA>, bo tę konfigurację może przeczytać każdy",
}


def _email(value: Any) -> str | None:
    return None if EMAIL.fullmatch(value) else NO_EMAIL


def _share(value: Any) -> str | None:
    return None if 0 <= value <= 100 else NO_SHARE


def _secret(value: Any) -> str | None:
    return None if SECRET_NAME.fullmatch(value) else NO_NAME


COMMON: dict[str, ConfigField] = {
    "organization": ConfigField(
        "Name of the organisation that publishes the datasets (else the source's own).",
        description_pl="Nazwa (krótka) jednostki, która publikuje zbiory; bez niej jednostka samego źródła.",
    ),
    "match_organization": ConfigField(
        "Give each dataset to the organisation whose title the record names, else to the one above.",
        "flag",
        description_pl="true: zbiór dostaje jednostkę, której nazwę podaje rekord, a gdy takiej nie ma, tę wyżej.",
    ),
    "domain": ConfigField(
        "City domain of the datasets, for instance transport.",
        description_pl="Obszar miasta, na przykład transport.",
    ),
    "frequency": ConfigField(
        "How often the content is promised to change: an EU code such as MONTHLY.",
        description_pl="Jak często treść ma się zmieniać: kod UE, na przykład MONTHLY.",
    ),
    "license_id": ConfigField(
        "Licence of the datasets, an id of the portal's licence list.",
        description_pl="Licencja z listy portalu, na przykład CC-BY-4.0.",
    ),
    "access_rights": ConfigField("EU address of the access rights.", description_pl="Prawa dostępu, kod UE."),
    "rights": ConfigField(
        "Conditions of reuse, as text.", description_pl="Warunki ponownego wykorzystywania."
    ),
    "legal_basis": ConfigField(
        "Legal basis of publication, as text.", description_pl="Podstawa prawna publikacji."
    ),
    "language": ConfigField(
        "EU addresses of the languages of the content.", "list", description_pl="Języki treści, kody UE."
    ),
    "contact_name": ConfigField("Whom to ask about the data.", description_pl="Kogo pytać o dane."),
    "contact_email": ConfigField(
        "E-mail address for questions.", check=_email, description_pl="Adres e-mail do pytań."
    ),
    "contact_url": ConfigField("Web page for questions.", description_pl="Strona do pytań."),
    "publisher_name": ConfigField(
        "Publisher, when it is not the organisation.", description_pl="Wydawca, jeśli nie jest nim jednostka."
    ),
    "secret": ConfigField(
        "Name of the secret for the source; the value is KIELCE_SECRET_<NAME>.",
        check=_secret,
        description_pl="Nazwa hasła do źródła; samo hasło jest w zmiennej KIELCE_SECRET_<NAZWA>.",
    ),
    "overrides": ConfigField(
        "Field values set by hand: {identifier, layer name, title or pattern: {field: value}}.",
        "map",
        description_pl="Wartości wpisane ręcznie: {identyfikator, warstwa, tytuł albo wzorzec: {pole: wartość}}.",
    ),
    "minimum_share": ConfigField(
        "Refuse a run with fewer than this share (%) of the known records.",
        "number",
        check=_share,
        description_pl="Odrzuć pobranie, które znalazło mniej niż tyle procent znanych rekordów.",
    ),
    "precedence": ConfigField(
        "Weight against other sources of the same thing: the heaviest writes the dataset.",
        "number",
        description_pl="Waga wobec innych źródeł tej samej rzeczy: zbiór zapisuje najcięższe z nich.",
    ),
    "sample_data": ConfigField(
        "Mark the datasets as made-up sample data.",
        "flag",
        description_pl="true: zbiory oznaczone jako dane przykładowe.",
    ),
}


Complaint = tuple[str, str]  # in English and in Polish


class ConfigError(ValueError):
    """The configuration cannot be used; the message lists every complaint."""

    def __init__(self, *complaints: Complaint) -> None:
        self.message = "; ".join(english for english, _polish in complaints)
        self.message_pl = "; ".join(polish for _english, polish in complaints)
        super().__init__(self.message)

    def text(self, lang: str) -> str:
        """The message in Polish ("pl") or else in English."""
        return self.message_pl if lang == "pl" else self.message


@dataclass(frozen=True)
class Portal:
    """What only the running portal knows; organization answers whether such an active organisation exists."""

    organization: Callable[[str], bool]
    licences: Collection[str]


def parse(text: str | None) -> dict[str, Any]:
    """The settings inside a stored or typed configuration. Raises ConfigError when it is no JSON object."""
    if not text or not text.strip():
        return {}
    try:
        config = json.loads(text)
    except ValueError as error:
        raise ConfigError(
            (
                f"This is not JSON: {error}. Strings need double quotes, and no comma may stand last.",
                f"To nie jest JSON ({error}). Teksty muszą stać w podwójnych cudzysłowach, a po ostatniej pozycji "
                "nie ma przecinka.",
            )
        ) from error
    if not isinstance(config, dict):
        raise ConfigError(
            (
                'Write the configuration as a JSON object: {"organization": "…"}.',
                'Zapisz konfigurację jako obiekt JSON: {"organization": "…"}.',
            )
        )
    inner = config.get(STORED_KEY)
    return dict(inner) if set(config) == {STORED_KEY} and isinstance(inner, dict) else config


def stored(config: Mapping[str, Any]) -> str:
    """The configuration as it is stored and shown in the form."""
    return json.dumps({STORED_KEY: config}, ensure_ascii=False, indent=2) if config else ""


def checked(config: Mapping[str, Any], own: Mapping[str, ConfigField], portal: Portal) -> dict[str, Any]:
    """The configuration with codes written out; ``own`` are the protocol's keys. Raises ConfigError."""
    known = {**COMMON, **own}
    complaints = [_unknown(key, known) for key in config if key not in known]
    complaints += [
        (
            f"{key}: this key is needed ({f.description})",
            f"{key}: ten klucz jest potrzebny ({f.help('pl')})",
        )
        for key, f in own.items()
        if f.required and key not in config
    ]
    for key, value in config.items():
        if key in known and (complaint := _complaint(known[key], value)):
            complaints.append(_at(key, complaint))
    if not complaints:
        complaints += _portal_complaints("", config, portal)
        for pattern, values in (config.get("overrides") or {}).items():
            if not isinstance(values, dict):
                complaints.append(
                    (
                        f"overrides, {pattern}: write {{field: value}}",
                        f"overrides, {pattern}: wpisz {{pole: wartość}}",
                    )
                )
            else:
                complaints += _portal_complaints(f"overrides, {pattern}: ", values, portal)
    if complaints:
        raise ConfigError(*complaints)
    result = _written_out(config)
    if result.get("overrides"):
        result["overrides"] = {
            pattern: _written_out(values) for pattern, values in result["overrides"].items()
        }
    return result


def _at(where: str, complaint: Complaint) -> Complaint:
    return f"{where}: {complaint[0]}", f"{where}: {complaint[1]}"


def _unknown(key: str, known: Collection[str]) -> Complaint:
    english, polish = _hint(key, sorted(known))
    return f'unknown key "{key}" ({english})', f"nieznany klucz „{key}” ({polish})"


def _hint(value: str, known: Collection[str]) -> Complaint:
    """The nearest of the possible values, else all of them."""
    close = difflib.get_close_matches(value, known, n=1)
    if close:
        return f'did you mean "{close[0]}"?', f"czy chodzi o „{close[0]}”?"
    listed = ", ".join(known)
    return f"possible: {listed}", f"możliwe: {listed}"


KINDS_PL = {"text": "tekst", "number": "liczba", "flag": "true albo false", "list": "lista", "map": "obiekt"}


def _complaint(field: ConfigField, value: Any) -> Complaint | None:
    if not isinstance(value, KINDS[field.kind]) or (isinstance(value, bool) and field.kind == "number"):
        return (
            f"a {field.kind} is needed here ({field.description})",
            f"tu potrzebne jest: {KINDS_PL[field.kind]} ({field.help('pl')})",
        )
    if field.choices and value not in field.choices:
        listed = ", ".join(field.choices)
        return f'"{value}" is not one of {listed}', f"„{value}” nie jest żadnym z: {listed}"
    complaint = field.check(value) if field.check else None
    if complaint is None:
        return None
    return complaint, CHECKS_PL.get(complaint) or f"ta wartość nie pasuje ({field.help('pl')} {complaint})"


def _portal_complaints(where: str, values: Mapping[str, Any], portal: Portal) -> list[Complaint]:
    found: list[Complaint] = []
    for key in ("organization", "owner_org"):
        name = values.get(key)
        if name and not portal.organization(str(name)):
            found.append(
                (
                    f'{where}{key}: there is no organisation "{name}"; create it first or use its short name',
                    f"{where}{key}: nie ma jednostki „{name}”; utwórz ją najpierw albo podaj jej krótką nazwę",
                )
            )
    domain = values.get("domain")
    if domain and vocabularies.domain(str(domain)) is None:
        english, polish = _hint(str(domain), vocabularies.load("domains").codes())
        found.append(
            (
                f'{where}domain: unknown domain "{domain}" ({english})',
                f"{where}domain: nieznana dziedzina „{domain}” ({polish})",
            )
        )
    frequency = values.get("frequency")
    if frequency and vocabularies.frequency(str(frequency)) is None:
        found.append(
            (
                f'{where}frequency: unknown frequency "{frequency}"; use an EU code such as DAILY, MONTHLY, ANNUAL',
                f"{where}frequency: nieznana częstość „{frequency}”; użyj kodu UE, na przykład DAILY, MONTHLY, ANNUAL",
            )
        )
    licence = values.get("license_id")
    if licence and vocabularies.licence(str(licence)) is None and licence not in portal.licences:
        known = ", ".join(vocabularies.load("licences").codes())
        found.append(
            (
                f'{where}license_id: unknown licence "{licence}"; use one of {known}',
                f"{where}license_id: nieznana licencja „{licence}”; użyj jednej z: {known}",
            )
        )
    return found


# Fields whose codes are written out, and the vocabulary each takes them from.
CODED = {
    "domain": "domains",
    "frequency": "frequencies",
    "license_id": "licences",
    "access_rights": "access_rights",
    "theme": "themes",
    "language": "languages",
    "hvd_category": "hvd_categories",
}


def _written_out(values: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(values)
    for key, name in CODED.items():
        value = result.get(key)
        if isinstance(value, list):
            result[key] = [_value(name, each) for each in value]
        elif value:
            result[key] = _value(name, value)
    return result


def _value(name: str, value: Any) -> Any:
    entry = vocabularies.load(name).get(str(value))
    return entry.value if entry else value
