"""Tables of the sheets: layers of the catalogue that were taken in, and their features.

They hold copies only; what is lost is taken in again. No foreign keys to CKAN's tables: a dataset may be purged at any time.
"""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Json, OptMoment, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column

#: States of a layer: never tried, taken in, could not be, one that no sheet asks, kept from the public.
WAITING, TAKEN, FAILED, UNUSED, WITHHELD = "waiting", "taken", "failed", "unused", "withheld"


class Layer(tk.BaseModel):
    """A file or service of the catalogue that holds a layer.

    :ivar said: what the catalogue said of it when it was tried last; another text means that it has to be looked at again
    :ivar about: ``title``, ``title_en``, ``tags``, ``layer_name``, ``columns`` (titles by name), ``sample``
    :ivar state: `WAITING`, `TAKEN`, `FAILED`, `UNUSED`, `WITHHELD`; a layer that failed later keeps the features it had
    :ivar problem: why it failed: a code of the export room, ``too_many`` or ``no_place``
    :ivar kind: ``point``, ``line``, ``area`` or ""
    :ivar digest: version of the rules and SHA-256 of the content that was taken in
    """

    __tablename__ = "kielce_places_layer"
    __table_args__ = (sa.Index("kielce_places_layer_resource_idx", "resource_id", unique=True),)

    number: Mapped[int] = mapped_column(sa.Integer, sa.Identity(), primary_key=True)
    resource_id: Mapped[Text]
    package_id: Mapped[Text]
    said: Mapped[Text]
    about: Mapped[Json]
    state: Mapped[Text]
    problem: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    kind: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    digest: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    features: Mapped[int] = mapped_column(sa.Integer, default=0)
    tried_at: Mapped[OptMoment]
    taken_at: Mapped[OptMoment]


class Feature(tk.BaseModel):
    """A feature: its box in metres (EPSG:2180), its shape as WKB, its attributes as texts.

    PostgreSQL indexes boxes without PostGIS (GiST, also by distance), but not a box together with a layer. So the indexed box
    is moved east by the layer's number times a distance beyond any coordinate: each layer has a plane of its own.

    :ivar name_key: an address's street or a parcel's precinct, folded (see `naming`)
    :ivar number_key: its number
    """

    __tablename__ = "kielce_places_feature"
    __table_args__ = (
        sa.Index("kielce_places_feature_layer_idx", "layer"),
        sa.Index(
            "kielce_places_feature_key_idx",
            "number_key",
            "name_key",
            postgresql_where=sa.text("number_key IS NOT NULL"),
        ),
        sa.Index(
            "kielce_places_feature_box_idx",
            sa.text("box(point(west + layer * 1e8, south), point(east + layer * 1e8, north))"),
            postgresql_using="gist",
        ),
    )

    number: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    layer: Mapped[int] = mapped_column(sa.Integer)
    west: Mapped[float] = mapped_column(sa.Float)
    south: Mapped[float] = mapped_column(sa.Float)
    east: Mapped[float] = mapped_column(sa.Float)
    north: Mapped[float] = mapped_column(sa.Float)
    shape: Mapped[bytes] = mapped_column(sa.LargeBinary)
    attributes: Mapped[Json]
    name_key: Mapped[OptText]
    number_key: Mapped[OptText]
