"""One fault from injection to the end of the run that mends it, and all that must not happen on the way."""
import dataclasses
import datetime
import time

from handrail import Handrail
from plumbing import TROUBLE, LabError, wait

HANDS_OFF_SECONDS = 4
"""How long a person is waited for, during which nothing may happen."""


@dataclasses.dataclass
class Row:
    fault: str
    runbook: str = "-"
    verdict: str = "-"
    outcome: str = "-"
    begins_s: float | None = None      # firing webhook to the first command of the fix
    recovers_s: float | None = None    # that to the first look that finds it mended, as truth.json counts for the hand script
    total_s: float | None = None       # firing webhook to mended
    settled_s: float | None = None     # firing webhook to `succeeded`, which holds the time that it has to stay so
    touched: tuple = ()
    remark: str = ""
    problems: list = dataclasses.field(default_factory=list)


class Trial:
    def __init__(self, lab, listener, fault, say):
        self.lab, self.listener, self.fault, self.say = lab, listener, fault, say
        self.row = Row(fault.name)

    def play(self):
        try:
            self.lab.clear()
            self.handrail = Handrail(self.lab, self.fault.name)
            self.handrail.start()
            try:
                self._play()
            finally:
                self.handrail.stop()
        except TROUBLE as error:
            self._fail(f"{type(error).__name__}: {error}" if not isinstance(error, LabError) else str(error))
        return self.row

    def _fail(self, problem):
        self.row.problems.append(problem)
        self.say(f"    FAILS: {problem}")

    def _play(self):
        fault = self.fault
        self.before = self.lab.snapshot()
        injected = time.time()
        fault.inject(self.lab)
        self.fired = wait(f"a webhook with {fault.alert}", lambda: self.listener.fired(fault.alert, injected), 90)
        self.say(f"    fires {self.fired - injected:.1f} s after its injection")
        run = wait(f"a run of {fault.runbook}", self._decided, 60)
        self.row.runbook, self.row.verdict = run["runbook"], run["verdict"]
        self.say(f"    run {run['run']} of {run['runbook']} is {run['verdict']}, {time.time() - self.fired:.1f} s after the webhook")
        if run["verdict"] != fault.verdict:
            self._fail(f"the verdict is {run['verdict']}, and has to be {fault.verdict}: {run['reasons']}")
        if run["verdict"] == "advisory":
            self._advised(run)
        else:
            if run["verdict"] == "approval":
                self._approve(run["run"])
            self._mended_by(run["run"])
        self._look_around(run["run"])

    def _decided(self):
        runs = self.handrail.runs(self.fault.runbook)
        return self.handrail.run(runs[0]["run"]) if runs else None

    # A person is asked

    def _approve(self, number):
        """Nothing happens until exactly what waits is approved, through the real command line."""
        wait("that a person is asked", lambda: self._stage(number) == "pending" or self._ended(number), 60)
        time.sleep(HANDS_OFF_SECONDS)
        self._nothing_was_done()
        if not any(notice.get("run") == number for notice in self.listener.told(self.fired)):
            self._fail(f"nobody was told that run {number} waits")
        waiting = [run for run in self.handrail.get("/v1/pending")["pending"] if run["run"] == number]
        if not waiting:
            raise LabError(f"run {number} does not wait any more: {self.handrail.run(number)['because']}")
        wrong = self.handrail.command("approve", str(number), "--digest", "0" * 64, may_fail=True)
        self._nothing_was_done()
        self.handrail.approve(number, waiting[0]["approval"]["digest"])
        self.say(f"    approved after {HANDS_OFF_SECONDS} s in which nothing was done, and after a wrong digest: {wrong or 'refused'}")

    def _advised(self, run):
        wait("the advice", lambda: self._stage(run["run"]) == "advised", 10)
        time.sleep(HANDS_OFF_SECONDS)
        self._nothing_was_done()
        began = time.time()
        self.fault.by_hand(self.lab)
        self.row.begins_s = began - self.fired
        mended = wait("that it is mended by hand", self._is_mended, 60)
        self.row.recovers_s, self.row.total_s = mended - began, mended - self.fired
        self.row.outcome, self.row.remark = "advised", "mended by hand, as advised"

    def _nothing_was_done(self):
        performed = self._performed()
        if performed:
            self._fail(f"before anybody approved it was run: {performed}")
        changed = self._changed() - self.fault.crashing - ({"web/b4"} if self.fault.verdict == "advisory" else set())
        if changed:
            self._fail(f"before anybody approved these were touched: {sorted(changed)}")

    # Until it is mended

    def _mended_by(self, number):
        mended = None
        deadline = time.monotonic() + 420
        while True:
            stage = self._stage(number)
            if mended is None and stage not in ("pending", "rehearsing", "checking", "running"):
                mended = self._is_mended()
            if self._ended(number):
                break
            if time.monotonic() > deadline:
                raise LabError(f"run {number} is {stage} after {420} s")
            time.sleep(0.2)
        run = self.handrail.run(number)
        self.row.outcome = run["stage"]
        begins = next((event["at"] for event in run["events"] if event["text"] == "step 1 begins"), None)
        if begins:
            begins = seconds(begins)
            self.row.begins_s = begins - self.fired
        if begins and mended:
            self.row.recovers_s, self.row.total_s = mended - begins, mended - self.fired
        if run["stage"] == "succeeded":
            self.row.settled_s = seconds(run["endedAt"]) - self.fired
        else:
            self._fail(f"run {number} is {run['stage']}: {run['because'] or run['events'][-1]}; " + "; ".join(
                f"{' '.join(r['argv'])} {r['ending']} {r['errorOutput'].strip()}" for r in run["reports"] if not r["succeeded"]))

    def _is_mended(self):
        try:
            return time.time() if self.fault.is_mended(self.lab) else None
        except TROUBLE:
            return None

    def _stage(self, number):
        return next(run["stage"] for run in self.handrail.runs() if run["run"] == number)

    def _ended(self, number):
        return next(run["state"] for run in self.handrail.runs() if run["run"] == number) in ("ended", "held")

    # What else happened

    def _look_around(self, number):
        try:
            wait("that it is mended at the end", self._is_mended, 5)
        except LabError as error:
            self._fail(str(error))
        others = self._changed() - self.fault.root
        self.row.touched = tuple(sorted(others))
        if others:
            self._fail(f"these were touched and are not the root cause: {sorted(others)}")
        performed = [words for run, words in self._performed() if run != number]
        if performed:
            self._fail(f"another run did this as well: {performed}")
        if self.fault.verdict == "advisory" and self._performed():
            self._fail(f"it was advised, and done: {self._performed()}")
        runs = self.handrail.runs()
        if self.fault.name == "storm" and any(run["verdict"] == "automatic" for run in runs):
            self._fail("something was automatic while the storm lasted")
        rest = [f"{run['runbook']} {run['verdict']} {run['stage']}" for run in runs if run["run"] != number]
        if rest:
            self.row.remark = "; ".join(filter(None, [self.row.remark, "also: " + ", ".join(rest)]))

    def _performed(self):
        """Every command that changed something: the number of its run, and its words."""
        return [
            (run["run"], " ".join(report["argv"])) for run in self.handrail.runs()
            for report in self.handrail.run(run["run"])["reports"] if report["purpose"] not in ("rehearse", "probe", "capture")]

    def _changed(self):
        after = self.lab.snapshot()
        return {name for name in after if after[name] != self.before.get(name)} | (self.before.keys() - after.keys())


def seconds(text):
    """Seconds since 1970 of a time as Handrail writes it."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
