"""Says whether the joined result of many workers is what one process gives, line by line.

In: the program, the output of `scan.py`, and the repositories. Out: exit code 0 where every line is equal, but for the
remarks about the cache, which one process without a cache does not make.
"""

import json
import pathlib
import subprocess
import sys


def lines_of(rows):
    """The lines that have to be equal."""
    kept = [row for row in rows if row["type"] != "remark"]
    for row in kept:
        row.pop("repository", None)
        row.pop("lines", None)
    return kept


def main():
    program, output, *repositories = sys.argv[1:]
    rows = [json.loads(line) for line in open(output, encoding="utf-8")]
    wrong = 0
    for repository in repositories:
        place = str(pathlib.Path(repository).absolute())
        command = [program, "scan", "--history", "--all", "--format", "jsonl"]
        alone = subprocess.run(command, cwd=place, stdout=subprocess.PIPE, check=False)
        alone = lines_of(json.loads(line) for line in alone.stdout.splitlines())
        joined = lines_of(row for row in rows if row["repository"] == place)
        equal = alone == joined
        wrong += not equal
        print(f"{'equal' if equal else 'DIFFERENT'}: {len(joined)} lines, {alone[-1]['bytes']} bytes: {repository}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
