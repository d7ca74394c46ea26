"""Exact courses of heat, water, gas and power networks: open data on them has to be coarse, or a coordinator's decision.

Rule: the words of the dataset, file or layer name such a network, the shapes are its lines or devices, and their
coordinates aren't rounded to about 50 m.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from ckanext.kielce.tables.shared import Table

from ..domain.model import Finding
from .base import ContentCheck, Subject, has_word, plain, register

_SHAPES_MOST = 3000


@register
class SensitiveInfrastructure(ContentCheck):
    """A layer of a network whose loss would hurt many, as exact as its plans."""

    code = "sensitive_infrastructure"

    def applies(self, subject: Subject) -> bool:
        """Layers with shapes."""
        return any(table.geometry is not None for table in subject.tables)

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a layer."""
        for table in subject.tables:
            if table.geometry is None:
                continue
            words = f"{subject.words} {plain(table.name)}"
            kind = next((k for k, some in self.rules["words"].items() if has_word(words, some)), None)
            if (
                kind is None
                or not has_word(words, self.rules["network"])
                or has_word(words, self.rules["open"])
            ):
                continue
            shapes, rounded, metres = self._precision(table)
            if shapes < self.rules["features_least"]:
                continue
            if rounded < self.rules["rounded_share"]:
                yield self.found(
                    subject, kind, count=shapes, layer=table.name, precision=metres, certainty=0.8
                )

    def _precision(self, table: Table) -> tuple[int, float, str]:
        """Lines and points among the shapes, the share of coordinates that are rounded, and how coarse they should be."""
        import shapely

        given = [] if table.geometry is None else table.geometry.to_list()
        blobs = [shape for shape in given if shape is not None][:_SHAPES_MOST]
        shapes = shapely.from_wkb(blobs, on_invalid="ignore")
        kept = [shape for shape in shapes if shape is not None and shapely.get_dimensions(shape) in (0, 1)]
        if len(kept) < self.rules["share_least"] * max(1, len(blobs)):
            return 0, 1.0, ""
        places = shapely.get_coordinates(kept)
        if not len(places):
            return 0, 1.0, ""
        degrees = bool((np.abs(places) <= 180).all())
        step = self.rules["coarse_degrees"] if degrees else self.rules["coarse_metres"]
        off = np.abs(places / step - np.round(places / step))
        return len(kept), float((off < 1e-4).mean()), "0,0005°" if degrees else f"{step} m"
