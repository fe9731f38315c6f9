"""Scans the histories of many repositories on Dask workers, and large ones in parts.

In: repositories, a folder for the cache, and where the `tokenleash` program is. Out: JSON lines, one block for each
repository, every line with a `repository` key. A block is written when it is whole, so a run that was killed goes on
where it stopped: repositories in the output are left out, and of the others the cache holds what was read.

    pip install -r requirements.txt
    python scan.py --cache ~/.cache/tokenleash --output findings.jsonl REPOSITORY...
    python merge.py findings.jsonl
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import psutil
from dask.distributed import Client, LocalCluster, as_completed

#: A part for every so many bytes of packs; a smaller repository is one task.
BYTES_A_PART = 64 << 20

VERDICTS = (0, 1, 2)


def run(program, repository, arguments):
    """Runs one scan; a run that was cut raises, and the engine does it again."""
    command = [program, "scan", "--history", "--all", "--threads", "1", "--format", "jsonl", *arguments]
    done = subprocess.run(command, cwd=repository, stdout=subprocess.PIPE, check=False)
    if done.returncode not in VERDICTS or not done.stdout.endswith(b"\n"):
        raise RuntimeError(f"{repository}: exit code {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def read_part(program, repository, cache, number, of):
    """Reads one part of a history into the cache; judges nothing."""
    (line,) = run(program, repository, ["--cache", cache, "--shard", f"{number}/{of}"])
    if (line["type"], line["number"], line["of"]) != ("shard", number, of):
        raise RuntimeError(f"{repository}: part {number} did not finish")
    return line["bytes"]


def judge(program, repository, cache, parts):
    """Judges a history. What `parts` read is not read again; what a lost one did not read, is."""
    lines = run(program, repository, ["--cache", cache])
    last = lines[-1]
    if last["type"] != "summary" or last["lines"] != len(lines) - 1:
        raise RuntimeError(f"{repository}: the run was cut")
    return [{"repository": repository, **line} for line in lines]


def parts_of(repository):
    """How many parts a repository is worth."""
    top = pathlib.Path(repository)
    packs = [*top.glob("objects/pack/*.pack"), *top.glob(".git/objects/pack/*.pack")]
    return 1 + sum(pack.stat().st_size for pack in packs) // BYTES_A_PART


def done_before(output):
    """The repositories whose blocks are whole; what stands behind the last whole block is cut off."""
    done, whole, read = set(), 0, 0
    if not output.exists():
        return done
    for line in output.read_bytes().splitlines(keepends=True):
        read += len(line)
        row = json.loads(line) if line.endswith(b"\n") else {"type": "half a line"}
        if row["type"] == "summary":
            done.add(row["repository"])
            whole = read
    os.truncate(output, whole)
    return done


def kill_one(client):
    """Kills a worker in the middle of its work, as a machine that goes away would."""
    busy = []
    while not busy:
        time.sleep(0.05)
        busy = [address for address, tasks in client.processing().items() if tasks]
    time.sleep(1)
    for pid in client.run(os.getpid, workers=busy[:1]).values():
        worker = psutil.Process(pid)
        for process in [*worker.children(recursive=True), worker]:
            process.send_signal(signal.SIGKILL)
        print(f"killed worker {pid} in the middle of its work", file=sys.stderr)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("repositories", nargs="+", metavar="REPOSITORY")
    words.add_argument("--tokenleash", default="tokenleash", help="the program")
    words.add_argument("--cache", required=True, help="a folder of your own that all workers reach")
    words.add_argument("--output", required=True, type=pathlib.Path)
    words.add_argument("--workers", type=int, default=os.cpu_count())
    words.add_argument("--kill-one", action="store_true", help="kill a worker, to see that nothing is lost")
    given = words.parse_args()
    program, cache = given.tokenleash, str(pathlib.Path(given.cache).absolute())
    done = done_before(given.output)
    wanted = [str(pathlib.Path(one).absolute()) for one in given.repositories]
    start = time.monotonic()
    with LocalCluster(n_workers=given.workers, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client, given.output.open("a") as output:
            judged = []
            for repository in wanted:
                if repository in done:
                    continue
                count = parts_of(repository)
                of = range(1, count + 1) if count > 1 else []
                parts = [
                    client.submit(read_part, program, repository, cache, number, count, pure=False, retries=3)
                    for number in of
                ]
                judged.append(client.submit(judge, program, repository, cache, parts, pure=False, retries=3))
                print(f"{repository}: {count} part(s)", file=sys.stderr)
            if given.kill_one:
                threading.Thread(target=kill_one, args=(client,), daemon=True).start()
            for future, lines in as_completed(judged, with_results=True):
                output.writelines(json.dumps(line) + "\n" for line in lines)
                output.flush()
                future.release()
    print(f"{len(judged)} repositories in {time.monotonic() - start:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
