"""Handrail beside the lab, and the people it tells: the real program, its HTTP interface and its command line."""
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
import urllib.error

from lab import REPOSITORY
from plumbing import END_WITH_US, LabError, Posts, fetch, wait

ADDRESS = "127.0.0.1:19095"


def program():
    return os.environ.get("HANDRAIL") or str(REPOSITORY / ".build/debug/handrail")


class Listener:
    """Hears what Alertmanager sends beside Handrail (/alerts), and what people are told (/people)."""

    def __init__(self):
        self.heard = []
        self.posts = Posts(19500, lambda path, body: self.heard.append((time.time(), path, json.loads(body))))

    def fired(self, labels, since):
        """When the first webhook after `since` came that says the alert fires, or nothing."""
        for at, path, body in list(self.heard):
            if path == "/alerts" and at >= since:
                for alert in body["alerts"]:
                    if alert["status"] == "firing" and labels.items() <= alert["labels"].items():
                        return at
        return None

    def told(self, since=0.0):
        return [body for at, path, body in list(self.heard) if path == "/people" and at >= since]

    def close(self):
        self.posts.close()


class Handrail:
    """One server with a state directory and a copy of the sample workspace of its own."""

    def __init__(self, lab, name, edit=None):
        self.lab = lab
        self.folder = lab.run / f"handrail-{name}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.state = self.folder / "state"
        self.state.mkdir(parents=True)
        self.state.chmod(0o700)
        self.workspace = self.folder / "workspace"
        self._copy_workspace()
        if edit:
            edit(self.workspace)
        self.process = None
        self.viewer = self.command("token", "create", "--role", "viewer")
        self._replace_token(self.command("token", "create", "--role", "source", "--source", "alertmanager"))

    def _copy_workspace(self):
        for folder in ("runbooks", "policies"):
            shutil.copytree(REPOSITORY / folder, self.workspace / folder)
        for name in ("supervisorctl", "redis-cli", "socat"):
            shutil.copy(self.lab.bin / name, self.workspace / "runbooks/bin" / name)
        # Whoever runs the lab is on call for everything.
        people = self.workspace / "policies/people.yaml"
        people.write_text(re.sub(r"\[(.*)\]", rf"[\1, {pwd.getpwuid(os.getuid()).pw_name}]", people.read_text()))

    def _replace_token(self, token):
        path = self.lab.run / "delivery-token"
        fresh = path.with_suffix(".new")
        fresh.touch(0o600)
        fresh.write_text(token)
        fresh.rename(path)

    def command(self, *words, may_fail=False):
        done = subprocess.run([program(), *words, "--state", self.state], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode and not may_fail:
            raise LabError(f"handrail {' '.join(map(str, words))} exits {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    def start(self):
        environment = {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.folder), "HAPROXY_SOCKET": f"{self.lab.run}/haproxy.sock",
            "REDIS_PORT": "16379", "CONFIG_DIR": str(self.lab.run)}
        passed = [word for name in ("HAPROXY_SOCKET", "REDIS_PORT", "CONFIG_DIR") for word in ("--pass", name)]
        with open(self.folder / "log.jsonl", "a") as log:
            self.process = subprocess.Popen(
                [*END_WITH_US, program(), "serve", "--act", "--state", self.state, "--workspace", self.workspace, "--listen", ADDRESS, *passed,
                 "--alertmanager", "http://127.0.0.1:19093", "--notify-webhook", "http://127.0.0.1:19500/people", "--drain", "5s"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)
        wait("Handrail is ready", self._is_ready, 60)

    def _is_ready(self):
        if self.process.poll() is not None:
            raise LabError("handrail serve ended: " + (self.folder / "log.jsonl").read_text()[-2000:])
        try:
            return fetch(f"http://{ADDRESS}/readyz").startswith("ready")
        except OSError:
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise LabError("handrail serve did not end within 30 s of SIGTERM") from None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def get(self, path):
        # A machine that is busy may keep it waiting; a single slow answer says nothing about a fault.
        for attempt in range(3):
            try:
                return json.loads(fetch(f"http://{ADDRESS}{path}", timeout=10, headers={"Authorization": f"Bearer {self.viewer}"}))
            except TimeoutError:
                if attempt == 2:
                    raise
            except ConnectionError as error:
                raise self._why(error) from error
            except urllib.error.HTTPError:
                raise
            except urllib.error.URLError as error:
                raise self._why(error) from error

    def _why(self, error):
        code = self.process.poll()
        if code is None:
            return LabError(f"Handrail does not answer: {error}")
        last = (self.folder / "log.jsonl").read_text().splitlines()[-1:]
        return LabError(f"handrail serve ended by itself, or somebody else ended it, with {code}: {''.join(last)}")

    def runs(self, runbook=None):
        found = self.get("/v1/runs?only=all&limit=200")["runs"]
        return sorted((run for run in found if runbook in (None, run["runbook"])), key=lambda run: run["run"])

    def run(self, number):
        return self.get(f"/v1/runs/{number}")

    def approve(self, number, digest):
        return self.command("approve", str(number), "--digest", digest)
