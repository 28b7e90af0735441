"""`python -m benchmarks`: speed beside the plain recipe, and of serving. With folders: public sets.

The speed tables are also written into benchmarks/README.md, between their markers.
"""

from __future__ import annotations

import argparse
from pathlib import Path

README = Path(__file__).with_name("README.md")


def main() -> None:
    """Measures what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="public sets in BEIR form")
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--rounds", type=int, default=5, help="how often each system is started anew")
    options = parser.parse_args()
    if options.folders:
        from benchmarks import public

        for folder in options.folders:
            print(public.run(folder, options.index), flush=True)
        return
    from benchmarks import serve, speed

    table = speed.table(speed.measure(options.index, options.corpus, options.rounds))
    print(table, flush=True)
    write_between(README, "speed", table)
    serving = serve.table(serve.measure(options.index, options.corpus))
    print(serving)
    write_between(README, "serving", serving)


def write_between(file: Path, name: str, text: str) -> None:
    """Replaces what stands between the markers `<!-- name -->` and `<!-- /name -->` of a file."""
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    whole = file.read_text(encoding="utf-8")
    before, found, rest = whole.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{file} lacks the markers {start.strip()} and {end}")
    file.write_text(f"{before}{start}{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
