#!/usr/bin/env python3
"""Plays faults against real servers with Handrail beside them. scripts/lab calls it.

    run.py [FAULT | STORY]...      all, where none is named

HANDRAIL names the program, else .build/debug/handrail; LAB_SERVERS the unpacked servers, else .build/servers; LAB_RUN the
folder of the running lab. Exits 0 only if all that was played went as it has to; 3 if the lab could not be started.
"""
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
from faults import FAULTS  # noqa: E402
from handrail import Listener, program  # noqa: E402
from lab import REPOSITORY, Lab  # noqa: E402
from plumbing import LabError  # noqa: E402
from stories import STORIES  # noqa: E402
from trial import Trial  # noqa: E402

def by_hand():
    """What the hand script needed from the start of a fix, when the sample incidents were recorded in this lab."""
    truth = json.loads((REPOSITORY / "incidents/truth.json").read_text())
    return {fault["fault"]: fault["recover_s"] for scenario in truth["scenarios"] for fault in scenario["faults"]}


def say(text):
    print(text, file=sys.stderr, flush=True)


def number(value):
    return "-" if value is None else f"{value:.1f}"


def table(rows):
    recorded = by_hand()
    head = ["fault", "runbook", "verdict", "fix begins s", "recovers s", "by hand s", "mended s", "settled s", "others touched", "outcome", ""]
    lines = [head] + [[
        row.fault, row.runbook, row.verdict, number(row.begins_s), number(row.recovers_s), number(recorded[row.fault]), number(row.total_s),
        number(row.settled_s), " ".join(row.touched) or "none", row.outcome,
        "FAILS" if row.problems else "ok"] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    print("\nSeconds count from the firing webhook, `recovers` and `by hand` from the start of the fix; `settled` holds the time for"
          "\nwhich it has to stay mended. Where a person is asked, the person took 4 s.")
    for row in rows:
        for text in filter(None, [row.remark, *(f"FAILS: {problem}" for problem in row.problems)]):
            print(f"  {row.fault}: {text}")


def main(names):
    faults = {fault.name: fault for fault in FAULTS}
    names = names or [*faults, *STORIES]
    unknown = [name for name in names if name not in faults and name not in STORIES]
    if unknown:
        say(f"lab: there is no {', '.join(unknown)}; there are {' '.join([*faults, *STORIES])}")
        return 2
    if not os.access(program(), os.X_OK):
        say(f"lab: there is no {program()}; build it, or set HANDRAIL")
        return 3
    run = pathlib.Path(os.environ.get("LAB_RUN") or tempfile.mkdtemp(prefix="handrail-lab-"))
    # An end by signal is an end like any other: what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    lab = Lab(os.environ.get("LAB_SERVERS") or REPOSITORY / ".build/servers", run)
    rows, told, failed = [], [], False
    listener = None
    try:
        lab.up()
        listener = Listener()
        say(f"lab: is up in {run}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        for name in names:
            say(f"{time.strftime('%H:%M:%S')}  {name}")
            if name == "disk-fill" and not lab.has_volume:
                say("    SKIPPED: only root may mount the small volume that it fills")
                continue
            if name in faults:
                rows.append(Trial(lab, listener, faults[name], say).play())
                failed = failed or bool(rows[-1].problems)
            else:
                problems = STORIES[name](lab, listener, say)
                told.append(f"{name}: " + ("; ".join(f"FAILS: {problem}" for problem in problems) or "ok"))
                failed = failed or bool(problems)
    except LabError as error:
        say(f"lab: error: {error}")
        return 3
    finally:
        lab.down()
        if listener:
            listener.close()
    if rows:
        table(rows)
    for line in told:
        print(line)
    if failed or os.environ.get("LAB_RUN"):
        say(f"lab: logs and journals are in {run}")
    else:
        shutil.rmtree(run, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
