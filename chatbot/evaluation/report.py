"""The figures as one HTML page that needs nothing else: table, risk and coverage, reliability, misses.

In: `Figures`. Out: HTML with inline SVG, no script, nothing loaded, written in one step. It measures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from chatbot.evaluation import metrics
from chatbot.evaluation.figures import Figures, Outcome

OUTSIDE = ("near_miss", "far")  # the kinds of question that no section answers
SIZE, EDGE = 320, 40  # of a diagram, and of the margin for its labels, in pixels
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
.curves { display: flex; flex-wrap: wrap; gap: 2rem; }
svg { overflow: visible; } svg text { font-size: 12px; fill: currentColor; }
.misses td, .misses th { text-align: left; vertical-align: top; }
"""


def write_report(figures: Figures, folder: Path) -> None:
    """Writes the figures, the curves and the worst misses as `index.html` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "index.html"
    temporary = file.with_suffix(".tmp")
    temporary.write_text(page(figures), encoding="utf-8")
    temporary.replace(file)


def page(figures: Figures) -> str:
    """The whole page."""
    asked = [outcome for outcome in figures.outcomes if outcome.question.kind != "small_talk"]
    confidence = [outcome.answer.confidence for outcome in asked]
    right = [outcome.right for outcome in asked]
    low, high = figures.near_auroc_interval
    wrong = sorted((o for o in asked if _missed(o)), key=lambda o: -_harm(o))
    outside = sum(o.question.kind in OUTSIDE for o in asked)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quality of build {escape(figures.build)}</title><style>{STYLE}</style></head><body>
<h1>Quality of build {escape(figures.build)}</h1>
<p>{len(asked)} questions, {outside} of them outside the guide. Near-miss AUROC {figures.near_auroc:.3f}
({low:.3f} to {high:.3f}), calibration error {figures.calibration_error:.3f}, median reply
{figures.median_words:.0f} words.</p>
{_table(figures)}
<div class="curves">
<figure>{_curve(metrics.risk_coverage(confidence, right), "share answered", "share of these wrong")}
<figcaption>Risk and coverage: what each threshold costs</figcaption></figure>
<figure>{_reliability(confidence, right)}
<figcaption>Reliability: confidence against the share that is right</figcaption></figure>
</div>
<h2>The worst misses</h2>
{_misses(wrong[:40])}
</body></html>
"""


def _missed(outcome: Outcome) -> bool:
    """Wrongly answered, wrongly declined, or the wrong section first."""
    inside = bool(outcome.question.relevant)
    return outcome.answered != inside or (inside and not (outcome.right and outcome.stated))


def _harm(outcome: Outcome) -> float:
    """A wrong answer costs more than an honest no; the surer it was, the more."""
    return outcome.answer.confidence + (1 if outcome.answered and not outcome.right else 0)


def _table(figures: Figures) -> str:
    names = ("kind", "n", "hit@1", "95 %", "hit@3", "MRR", "nDCG@10", "answered", "right", "states fact")
    rows = []
    for row in (*figures.rows, *figures.baselines):
        between = f"{row.hit1_interval[0]:.2f}–{row.hit1_interval[1]:.2f}" if row.hit1_interval else ""
        values = (row.hit1, between, row.hit3, row.mrr, row.ndcg10, row.answered, row.right, row.stated)
        shown = [v if isinstance(v, str) else "" if v is None else f"{v:.3f}" for v in values]
        rows.append("".join(f"<td>{escape(cell)}</td>" for cell in (row.kind, str(row.questions), *shown)))
    head = "".join(f"<th>{name}</th>" for name in names)
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _axes(across: str, up: str, inner: str) -> str:
    middle = EDGE + SIZE / 2
    marks = "".join(
        f'<text x="{EDGE + SIZE * tick}" y="{SIZE + 16}" text-anchor="middle">{tick:g}</text>'
        f'<text x="{EDGE - 6}" y="{SIZE * (1 - tick) + 4}" text-anchor="end">{tick:g}</text>'
        for tick in (0, 0.5, 1)
    )
    return (
        f'<svg viewBox="0 0 {SIZE + EDGE + 10} {SIZE + EDGE}" width="{SIZE + EDGE}" role="img" '
        f'aria-label="{up} by {across}">'
        f'<rect x="{EDGE}" y="0" width="{SIZE}" height="{SIZE}" '
        'fill="none" stroke="currentColor" opacity=".4"/>'
        f'{marks}<text x="{middle}" y="{SIZE + 34}" text-anchor="middle">{across}</text>'
        f'<text x="12" y="{SIZE / 2}" text-anchor="middle" transform="rotate(-90 12 {SIZE / 2})">{up}</text>'
        f"{inner}</svg>"
    )


def _point(x: float, y: float) -> str:
    return f"{EDGE + SIZE * x:.1f},{SIZE * (1 - y):.1f}"


def _curve(points: Sequence[tuple[float, float]], across: str, up: str) -> str:
    line = " ".join(_point(x, y) for x, y in points)
    return _axes(across, up, f'<polyline points="{line}" fill="none" stroke="#2563eb" stroke-width="2"/>')


def _reliability(confidence: Sequence[float], right: Sequence[bool]) -> str:
    straight = f'<polyline points="{_point(0, 0)} {_point(1, 1)}" stroke="currentColor" opacity=".3"/>'
    dots = []
    for mean, share, n in metrics.reliability(confidence, right):
        x, y = _point(mean, share).split(",")
        dots.append(
            f'<circle cx="{x}" cy="{y}" r="{3 + min(n, 200) ** 0.5:.1f}" fill="#2563eb" opacity=".6">'
            f"<title>{n}</title></circle>"
        )
    return _axes("confidence", "share right", straight + "".join(dots))


def _misses(outcomes: Sequence[Outcome]) -> str:
    rows = []
    for outcome in outcomes:
        before = " → ".join(outcome.question.history)
        asked = f"{before} → {outcome.question.question}" if before else outcome.question.question
        wanted = ", ".join(outcome.question.relevant) or "to be declined"
        cells = (asked, outcome.question.kind, wanted, ", ".join(outcome.ranked[:2]), outcome.answer.kind)
        body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(
            f"<tr>{body}<td>{outcome.answer.confidence:.2f}</td><td>{escape(outcome.answer.text)}</td></tr>"
        )
    names = ("question", "kind", "wanted", "ranked first", "reply", "confidence", "text")
    head = "".join(f"<th>{name}</th>" for name in names)
    return f'<table class="misses"><tr>{head}</tr>{"".join(rows)}</table>'
