"""The schema files: what the contract of field names promises, and that a clerk finds words in both languages."""

from __future__ import annotations

import pytest
import yaml
from ckanext.kielce import schemas
from ckanext.kielce.catalogue.logic import normalise

TYPES = ("dataset", "spatial_layer", "indicator", "live_feed")
PROMISED = """
common: title title_en notes notes_en name owner_org tag_string domain theme frequency license_id access_rights rights
common: applicable_legislation hvd_category legal_basis contact publisher spatial spatial_coverage teryt language url
common: temporal_coverage provenance version_notes issued modified identifier conforms_to source sample_data
common: closed_series
spatial_layer: crs wfs_url wms_url layer_name lineage scale_denominator spatial_resolution_in_meters geometry_type
indicator: indicator_code indicator_standard indicator_theme indicator_kind indicator_unit indicator_direction
indicator: definition numerator denominator method method_version comparability limits compiler
live_feed: update_interval_seconds protocol feed_url
file: name name_en description url format mimetype encoding size hash hash_algorithm temporal_start temporal_end
file: columns delimiter license rights availability status issued modified access_url download_url access_services
file: primary
"""


def promised(part):
    """Names that other rooms rely on."""
    lines = [line.split(": ") for line in PROMISED.strip().splitlines()]
    return {name for key, names in lines if key == part for name in names.split()}


def schema(kind):
    return schemas.read(f"{kind}.yaml")


def everything(kind):
    found = schema(kind)
    fields = [*found["dataset_fields"], *found["resource_fields"]]
    return fields + [sub for field in fields for sub in field.get("repeating_subfields", [])]


@pytest.mark.parametrize("kind", TYPES)
def test_type_has_the_promised_fields_once(kind):
    found = schema(kind)
    names = [field["field_name"] for field in found["dataset_fields"]]
    assert found["dataset_type"] == kind
    assert len(set(names)) == len(names)
    assert promised("common") | promised(kind) <= set(names)
    assert promised("file") <= {field["field_name"] for field in found["resource_fields"]}


@pytest.mark.parametrize("kind", TYPES)
def test_every_label_help_and_choice_is_in_both_languages(kind):
    for field in everything(kind):
        words = [field["label"], *(choice["label"] for choice in field.get("choices", []))]
        words += [field[key] for key in ("help_text", "repeating_label") if key in field]
        for text in words:
            assert set(text) == {"pl", "en"} and all(text.values()), field["field_name"]


@pytest.mark.parametrize("kind", TYPES)
def test_every_preset_exists(kind):
    ours = {preset["preset_name"] for preset in schemas.read("presets.yaml")["presets"]}
    core = {"title", "dataset_slug", "tag_string_autocomplete", "dataset_organization", "resource_url_upload"}
    assert {field["preset"] for field in everything(kind) if "preset" in field} <= ours | core


def test_composites_of_the_normaliser_are_those_of_the_schemas():
    found = schema("spatial_layer")
    repeating = [
        sorted(field["field_name"] for field in found[part] if "repeating_subfields" in field)
        for part in ("dataset_fields", "resource_fields")
    ]
    assert repeating == [sorted(normalise.DATASET_COMPOSITES), sorted(normalise.RESOURCE_COMPOSITES)]


def test_types_share_fields_without_copies():
    text = {kind: (schemas.FOLDER / f"{kind}.yaml").read_text(encoding="utf-8") for kind in TYPES}
    assert all("field_name" not in content for content in text.values())


def test_files_outside_the_folder_are_refused():
    with pytest.raises(ValueError, match="only include"):
        yaml.safe_load("!kielce/fields [../pyproject.toml]")


@pytest.mark.parametrize("text", ["!kielce/fields parts/what.yaml", "!kielce/choices [frequencies]"])
def test_a_misused_tag_says_so(text):
    with pytest.raises(yaml.constructor.ConstructorError, match="takes a"):
        yaml.safe_load(text)
