"""What no fault shows by itself: a remediation that is wrong, a server that is killed at work, a fault in a storm."""
import time

from faults import FAULTS
from handrail import Handrail
from plumbing import TROUBLE, LabError, wait

HANG = next(fault for fault in FAULTS if fault.name == "worker-hang")


def change(path, *pairs):
    """Edits a file of a workspace; a text that is not there any more is an error of this test, and says so."""
    text = path.read_text()
    for old, new in pairs:
        if old not in text:
            raise LabError(f"{path.name} no longer holds {old!r}; mend the story")
        text = text.replace(old, new, 1)
    path.write_text(text)


class Story:
    """A worker hangs, and Handrail does about it what an edited workspace says."""

    def __init__(self, lab, listener, say, name, edit):
        self.lab, self.listener, self.say, self.problems = lab, listener, say, []
        lab.clear()
        self.since = time.time()
        self.handrail = Handrail(lab, name, edit)

    def expect(self, holds, otherwise):
        if not holds:
            self.problems.append(otherwise)
            self.say(f"    FAILS: {otherwise}")

    def hang(self, after=lambda: None):
        self.handrail.start()
        self.before = self.lab.snapshot()
        after()
        HANG.inject(self.lab)

    def said(self, words):
        return words in (self.handrail.folder / "log.jsonl").read_text()

    def run_in(self, *stages, seconds):
        def found():
            runs = self.handrail.runs(HANG.runbook)
            return runs and runs[0]["stage"] in stages and runs[0]
        run = wait(f"a run that is {' or '.join(stages)}", found, seconds)
        return self.handrail.run(run["run"])

    def play(self, tell):
        try:
            try:
                tell(self)
            finally:
                self.handrail.stop()
        except TROUBLE as error:
            self.expect(False, f"{type(error).__name__}: {error}")
        return self.problems


def wrong_remediation(lab, listener, say):
    """The runbook restarts worker 3 where worker 2 hangs, in two forms: what it says is held, or rolled back."""
    problems = []
    # 45 s: the alert is repeated every 30 s, and without word of it nobody knows that the remediation has failed.
    for otherwise, ending in (("hold", "held"), ("rollback", "rolled-back")):
        def edit(workspace, otherwise=otherwise):
            change(workspace / "runbooks/queue.yaml", (
                '  - action: supervisor.restart\n    with: { program: "${target.id}" }',
                '  - action: supervisor.restart\n    with: { program: "worker:3" }'),
                ("  within: 2m\n  stable: 30s\n  otherwise: hold", f"  within: 45s\n  stable: 5s\n  otherwise: {otherwise}"))

        def tell(story, ending=ending):
            story.hang()
            run = story.run_in("held", "stuck", "rolled-back", "succeeded", "refused", seconds=120)
            story.say(f"    run {run['run']} is {run['stage']}: {run['because'] or run['events'][-1]['detail']}")
            story.expect(run["stage"] == ending, f"the wrong remediation ended as {run['stage']}, and has to be {ending}")
            changed = {name for name, seen in lab.snapshot().items() if seen != story.before.get(name)}
            story.expect(changed == {"worker:3"}, f"touched was {sorted(changed)}, and the order was worker:3")
            wait("that people are told", lambda: listener.told(story.since), 15)
            for notice in listener.told(story.since):
                story.say(f"    told {notice['to']}: {notice['text']}")
            time.sleep(10)
            tries = [run["stage"] for run in story.handrail.runs(HANG.runbook)]
            story.expect(tries == [ending], f"it was tried again: {tries}")

        problems += Story(lab, listener, say, f"wrong-{otherwise}", edit).play(tell)
    return problems


def killed_server(lab, listener, say):
    """kill -9 while the restart is under way, which counts itself in a file. Afterwards it is done or held, and counted once."""
    problems = []
    for idempotent in (False, True):
        count = lab.run / f"effects-{idempotent}"
        count.unlink(missing_ok=True)

        def edit(workspace, idempotent=idempotent, count=count):
            change(
                workspace / "runbooks/actions/supervisor.yaml",
                ("idempotent: true                # a second restart costs a moment and harms nothing",
                 f"idempotent: {str(idempotent).lower()}"),
                ("run: [supervisorctl, restart, ", "run: [slow-restart, "))
            # The slow part comes first where it may be repeated, and after the effect where it may not.
            effect = f'supervisorctl restart "$1" && echo "$1" >> {count}'
            lines = ["sleep 4", effect] if idempotent else [effect, "sleep 4"]
            lab.script(workspace / "runbooks/bin/slow-restart", "set -eu", *lines)

        def tell(story, idempotent=idempotent, count=count):
            story.hang()
            story.run_in("running", seconds=60)
            if idempotent:
                time.sleep(1)
            else:
                wait("the effect", count.exists, 30)
            story.handrail.kill()
            story.say(f"    killed while it ran; counted so far: {effects(count)}")
            story.handrail.start()
            run = story.run_in("succeeded", "held", "stuck", "rolled-back", seconds=200)
            story.say(f"    run {run['run']} is {run['stage']}: {run['because'] or run['events'][-1]['detail']}; counted: {effects(count)}")
            story.expect(run["stage"] in ("succeeded", "held"), f"it ended as {run['stage']}")
            time.sleep(5)
            # The command dies with its server. What it had not come to stays undone where the run is held.
            fewest = 0 if idempotent and run["stage"] == "held" else 1
            story.expect(fewest <= effects(count) <= 1, f"the effect was counted {effects(count)} times")
            if run["stage"] == "succeeded":
                story.expect(lab.makes_progress(2), "it is said to have succeeded, and worker 2 makes no progress")
            story.handrail.command("audit", "verify")

        problems += Story(lab, listener, say, f"killed-{'again' if idempotent else 'once'}", edit).play(tell)
    return problems


def hang_in_a_storm(lab, listener, say):
    """While a switch hides a zone, a worker hangs. What would be mended automatically at any other time waits for a person."""
    def tell(story):
        story.hang(after=lambda: (lab.stop("switch:z2"), wait("the storm", lambda: story.said("storm begins"), 60)))
        run = story.run_in("pending", "rehearsing", "running", "verifying", "succeeded", seconds=90)
        time.sleep(10)
        run = story.handrail.run(run["run"])
        because = run["reasons"][0]["detail"] if run["reasons"] else "without a reason"
        story.say(f"    run {run['run']} is {run['verdict']} and {run['stage']}: {because}")
        story.expect(run["verdict"] == "approval" and run["stage"] == "pending", "it did not wait for a person")
        changed = {name for name, seen in lab.snapshot().items() if seen != story.before.get(name)}
        story.expect(changed <= {"switch:z2"}, f"in the storm these were touched: {sorted(changed)}")

    return Story(lab, listener, say, "hang-in-a-storm", None).play(tell)


def effects(count):
    return len(count.read_text().splitlines()) if count.exists() else 0


STORIES = {"wrong-remediation": wrong_remediation, "killed-server": killed_server, "hang-in-a-storm": hang_in_a_storm}
