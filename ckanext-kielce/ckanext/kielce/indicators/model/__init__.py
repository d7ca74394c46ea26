"""Tables of the indicator store."""

from .indicator import IndicatorCard, IndicatorValue

__all__ = ["IndicatorCard", "IndicatorValue"]
