"""The search index follows its settings: what was written under another schema is written anew when the portal is raised."""

from __future__ import annotations

import hashlib

from ops import portal
from ops.console import step
from ops.profile import ROOT, Profile
from ops.services import DICTIONARY

#: What decides how a dataset stands in the index. Synonyms and weights are no part: they are read with each question.
SETTINGS = (
    "config/solr/conf",
    "ckanext-kielce/ckanext/kielce/catalogue/index.py",
    "schemas/vocabularies/localities.yaml",
)


def digest() -> str:
    """One hash over the core's settings, the dictionary and the code that makes the documents."""
    whole = hashlib.sha256()
    paths = [
        path
        for name in SETTINGS
        for path in sorted((ROOT / name).rglob("*") if (ROOT / name).is_dir() else [ROOT / name])
    ]
    for path in [*paths, DICTIONARY]:
        if path.is_file():
            whole.update(path.read_bytes())
    return whole.hexdigest()


def refresh(profile: Profile) -> None:
    """Write every dataset into the index anew if it was written under other settings; a new portal has none yet."""
    stamp = profile.folder / "indexed"
    wanted = digest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if stamp.exists() or (profile.folder / "filled").exists():
        with step("Search index, for its settings have changed"):
            # Documents are replaced one by one: the old ones answer until then.
            portal.ckan(profile, "search-index", "rebuild", "--force", "--quiet")
    stamp.write_text(wanted)
