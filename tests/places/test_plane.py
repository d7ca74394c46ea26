"""Metres, directions and rounding."""

import pytest
import shapely
from ckanext.kielce.places import plane, telling


def test_degrees_become_metres_and_come_back():
    spot = plane.point(20.63, 50.87)
    assert (round(spot.x), round(spot.y)) == (614658, 334943)
    assert plane.to_degrees(spot).coords[0] == pytest.approx((20.63, 50.87), abs=1e-6)


def test_a_hundredth_of_a_degree_is_as_long_as_it_is():
    # 0.01° of latitude is 1112.3 m on the ellipsoid at 50.87°; the system's scale is within 70 cm a kilometre.
    assert plane.point(20.63, 50.87).distance(plane.point(20.63, 50.88)) == pytest.approx(1112.3, rel=7e-4)


@pytest.mark.parametrize(
    ("dx", "dy", "way"), [(0, 1, 0), (1, 1, 1), (1, 0, 2), (0, -1, 4), (-1, 0, 6), (-1, 1, 7), (-0.1, 1, 0)]
)
def test_eight_directions_clockwise_from_the_north(dx, dy, way):
    assert plane.sector(dx, dy) == way


def test_direction_is_that_of_the_nearest_part():
    wall = shapely.LineString([(-1000, 100), (1000, 100)])
    assert plane.direction(shapely.Point(0, 0), wall) == 0
    assert plane.direction(shapely.Point(0, 100), wall) is None


@pytest.mark.parametrize(
    ("metres", "told"), [(0.2, 0), (7.4, 7), (99.4, 99), (104, 100), (896, 900), (1024, 1000), (1530, 1550)]
)
def test_distances_pretend_no_exactness(metres, told):
    assert plane.rounded(metres) == told


def test_share_of_an_area_and_of_none():
    square = shapely.box(0, 0, 10, 10)
    assert plane.share(square, shapely.box(5, 0, 20, 10)) == pytest.approx(0.5)
    assert plane.share(shapely.Point(1, 1), square) is None
    assert plane.share(square, shapely.Point(1, 1)) is None


@pytest.mark.parametrize(
    ("text", "pl", "en"),
    [
        ("2026-11-03", "3\u00a0listopada 2026", "3\u00a0November 2026"),
        ("12.50", "12,5", "12.5"),
        ("0012", "0012", "0012"),
        ("True", "tak", "yes"),
        ("MN/U", "MN/U", "MN/U"),
        ("1.2.3", "1.2.3", "1.2.3"),
    ],
)
def test_values_in_words(text, pl, en):
    assert (telling.value(text, "pl"), telling.value(text, "en")) == (pl, en)


@pytest.mark.parametrize(
    ("metres", "pl", "en"),
    [
        (0, "w tym miejscu", "at this place"),
        (40, "40\u00a0m", "40\u00a0m"),
        (1550, "1,55\u00a0km", "1.55\u00a0km"),
    ],
)
def test_distances_in_words(metres, pl, en):
    assert (telling.distance(metres, "pl"), telling.distance(metres, "en")) == (pl, en)


def test_a_sliver_is_not_nothing():
    assert telling.percent(0.004, "pl").startswith("<")
    assert telling.percent(0.256, "en") == "26%"
