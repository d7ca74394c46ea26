"""From parts to a component score: what is measured, what counts 0, what is left out, and the points lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .model import Component, ComponentCode, Params, Part, PartState


@dataclass(frozen=True, slots=True)
class Loss:
    """Points (0-100) that a component lost for one reason."""

    code: str
    points: float
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """A component with the losses that explain it: score + sum of losses = 100 (where it has a score)."""

    component: Component
    losses: tuple[Loss, ...] = ()


def score_parts(
    code: ComponentCode,
    parts: Sequence[Part],
    *,
    caps: Sequence[tuple[float, Loss]] = (),
    notes: tuple[str, ...] = (),
) -> Scored:
    """Score parts by weight.

    Measured parts earn their value, unmeasurable ones 0; missing and not applicable ones are left out and the rest
    renormalised. The coverage is the share of the applicable weight that was measured. `caps` are ceilings on the
    score with the loss that says why.
    """
    counted = [part for part in parts if part.state in {PartState.MEASURED, PartState.UNMEASURABLE}]
    applicable = sum(part.weight for part in parts if part.state is not PartState.NOT_APPLICABLE)
    measured = sum(part.weight for part in parts if part.measured)
    coverage = measured / applicable if applicable else 0.0
    whole = sum(part.weight for part in counted)
    if not whole or not measured:
        return Scored(Component(code, None, tuple(parts), coverage, notes))
    losses, score = [], 0.0
    for part in counted:
        share = 100 * part.weight / whole
        value = part.value or 0.0
        score += share * value
        if value < 1:
            reason = part.code if part.measured else f"{part.code}_unmeasurable"
            losses.append(Loss(reason, share * (1 - value), part.params))
    for limit, loss in caps:
        if score > limit:
            losses.append(Loss(loss.code, score - limit, loss.params))
            score = limit
    return Scored(Component(code, score, tuple(parts), coverage, notes), tuple(losses))
