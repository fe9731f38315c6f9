"""Joins JSON lines of many runs to one document, and refuses what was cut.

In: files of JSON lines, whole runs one after the other, in any order of files. Out: one JSON document with the findings
of all, sums, and the worst verdict. Exit code 0 clean, 1 blocked, 2 could not decide: a cut run is that too.
"""

import json
import sys

WORST = ["clean", "undecided", "blocked"]
SUMS = ["files", "bytes", "blocked", "warned", "noted", "unchecked", "silent", "dropped"]
LISTS = {"finding": "findings", "agent_job": "agent_jobs", "unchecked": "unchecked"}


def merge(rows):
    """One document of many runs."""
    total = {"runs": 0, "cut": [], "summary": dict.fromkeys(SUMS, 0), **{name: [] for name in LISTS.values()}}
    verdict, open_run, count = "clean", None, 0
    for row in rows:
        kind = row.pop("type")
        if kind == "run":
            if open_run is not None:
                total["cut"].append(open_run)
            open_run, count = row.get("repository", "?"), 0
        if kind == "summary":
            if open_run is None or row["lines"] != count:
                total["cut"].append(row.get("repository", "?"))
            total["runs"] += 1
            verdict = max(verdict, row["verdict"], key=WORST.index)
            for name in SUMS:
                total["summary"][name] += row[name]
            open_run = None
        elif kind in LISTS:
            total[LISTS[kind]].append(row)
        count += 1
    if open_run is not None:
        total["cut"].append(open_run)
    if total["cut"]:
        verdict = max(verdict, "undecided", key=WORST.index)
    total["summary"]["verdict"] = verdict
    for rows in (total[name] for name in LISTS.values()):
        rows.sort(key=lambda row: json.dumps(row, sort_keys=True))
    return total


def rows_of(names):
    """The rows of all files; half a line, which a killed writer leaves, is where its run was cut."""
    for name in names:
        with open(name, encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n"):
                    yield json.loads(line)


def main():
    total = merge(rows_of(sys.argv[1:]))
    json.dump(total, sys.stdout, indent=1)
    print()
    return {"clean": 0, "blocked": 1, "undecided": 2}[total["summary"]["verdict"]]


if __name__ == "__main__":
    sys.exit(main())
