"""The lab: real servers on loopback under one supervisord, and what can be seen of them.

Ports are fixed: 16379 redis, 18080 edge, 18101-6 web servers, 18201-8 workers, 18300 exporter, 18401-2 switches,
18404 haproxy, 18500 load, 19090 Prometheus, 19093 Alertmanager, 19095 Handrail, 19100 node exporter, 19500 this runner.
"""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(HERE / "bin"))
from plumbing import END_WITH_US, LabError, Posts, SupervisorTransport, fetch, wait  # noqa: E402
from tinyredis import Redis  # noqa: E402

PROGRAMS = ["redis-server", "redis-cli", "haproxy", "prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "socat"]
PORTS = [16379, 18080, 18300, 18404, 18500, 19090, 19093, 19095, 19100, 19500]
PORTS += [*range(18101, 18107), *range(18201, 18209), 18401, 18402]


class Lab:
    def __init__(self, servers, run):
        self.servers, self.run = pathlib.Path(servers), pathlib.Path(run)
        self.bin = self.run / "bin"
        self.daemon = self.lock = None
        self.has_volume = False
        self.python = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable

    # Start and end

    def up(self):
        self._reserve()
        for folder in ("log", "redis", "am", "prom", "data", "bin", "conf"):
            (self.run / folder).mkdir(parents=True, exist_ok=True)
        self._wrap()
        for file in (HERE / "conf").iterdir():
            text = file.read_text()
            (self.run / "conf" / file.name).write_text(text.replace("LAB_RUN", str(self.run)) if file.name == "alertmanager.yml" else text)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "labdata", self.run / "data"], capture_output=True)
        self.has_volume = mounted.returncode == 0
        environment = {
            "PATH": os.environ["PATH"], "LAB_RUN": str(self.run), "LAB_BIN": str(self.bin), "LAB_PYTHON": self.python,
            "LAB_SERVERS": str(self.servers), "PYTHONDONTWRITEBYTECODE": "1"}
        with open(self.run / "log" / "start.log", "w") as log:
            self.daemon = subprocess.Popen(
                [*END_WITH_US, self.bin / "supervisord", "-c", HERE / "conf" / "supervisord.conf"], env=environment,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        wait("the lab is up", lambda: self._is_up(), 120)

    def down(self):
        if self.daemon:
            self._signal_redis(signal.SIGCONT)
            self.daemon.terminate()
            try:
                self.daemon.wait(60)
            except subprocess.TimeoutExpired:
                # Its children are in the same session; none of them may keep a port.
                os.killpg(self.daemon.pid, signal.SIGKILL)
                self.daemon.wait()
        if self.has_volume:
            subprocess.run(["umount", self.run / "data"], check=False)
        if self.lock:
            self.lock.close()

    def _reserve(self):
        """Ports are fixed, so a second lab on this machine waits for the first."""
        self.lock = socket.socket(socket.AF_UNIX)
        # A name without a file: it is free again as soon as its process is gone, and any user can see it.
        for attempt in range(1800):
            try:
                self.lock.bind("\0handrail-lab")
                break
            except OSError:
                if attempt == 0:
                    print("lab: waits for another lab on this machine", file=sys.stderr, flush=True)
                time.sleep(1)
        else:
            raise LabError("another lab was at work on this machine for half an hour")
        for port in PORTS:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise LabError(f"port {port} is taken by something else: {error.strerror}") from error

    def _wrap(self):
        """Servers are unpacked and not installed: a wrapper tells each where its libraries are."""
        library = ":".join(str(self.servers / folder) for folder in ("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu",
                                                                     "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu"))
        for name in PROGRAMS:
            program = next((self.servers / f / name for f in ("usr/bin", "usr/sbin") if (self.servers / f / name).exists()), None)
            program = program or shutil.which(name)
            if not program:
                raise LabError(f"there is no {name}; scripts/servers lab fetches it")
            self.script(self.bin / name, f'LD_LIBRARY_PATH={library} exec {program} "$@"')
        packages = self.servers / "usr/lib/python3/dist-packages"
        python = f"PYTHONPATH={packages} PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1 exec {self.python}"
        self.script(self.bin / "supervisord", f'{python} -m supervisor.supervisord "$@"')
        (self.run / "supervisorctl.conf").write_text(f"[supervisorctl]\nserverurl=unix://{self.run}/supervisor.sock\n")
        self.script(self.bin / "supervisorctl", f'{python} -m supervisor.supervisorctl -c {self.run}/supervisorctl.conf "$@"')

    @staticmethod
    def script(path, *lines):
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(0o755)

    def _is_up(self):
        if self.daemon.poll() is not None:
            raise LabError("supervisord ended: " + (self.run / "log/start.log").read_text()[-2000:])
        try:
            answer = json.loads(fetch("http://127.0.0.1:19090/api/v1/query?query=count(up==1)"))
            targets = int(answer["data"]["result"][0]["value"][1])
            fetch("http://127.0.0.1:19093/-/ready")
            return targets == 14 and not self.firing() and self.is_in_rotation("b4")
        except (OSError, KeyError, IndexError, ValueError):
            return False

    # What can be done to it

    @property
    def supervisor(self):
        return xmlrpc.client.ServerProxy("http://localhost", SupervisorTransport(f"{self.run}/supervisor.sock")).supervisor

    def restart(self, *names):
        for name in names:
            try:
                self.supervisor.stopProcess(name)
            except xmlrpc.client.Fault:
                pass  # it does not run
            self.supervisor.startProcess(name)

    def start(self, *names):
        for name in names:
            if self.process(name)["statename"] not in ("RUNNING", "STARTING"):
                self.supervisor.startProcess(name)

    def stop(self, *names):
        for name in names:
            self.supervisor.stopProcess(name)

    def process(self, name):
        return self.supervisor.getProcessInfo(name)

    def haproxy(self, *commands):
        said = ""
        for command in commands:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(3)
                connection.connect(f"{self.run}/haproxy.sock")
                connection.sendall(command.encode() + b"\n")
                while piece := connection.recv(65536):
                    said += piece.decode()
        return said

    def post(self, port, path):
        fetch(f"http://127.0.0.1:{port}{path}", b"", "POST")

    def _signal_redis(self, number):
        try:
            os.kill(self.process("redis")["pid"], number)
        except (OSError, xmlrpc.client.Error):
            pass

    def stop_redis_in_its_tracks(self):
        self._signal_redis(signal.SIGSTOP)

    # What can be seen of it

    def firing(self):
        alerts = json.loads(fetch("http://127.0.0.1:19093/api/v2/alerts?active=true"))
        return sorted(" ".join([alert["labels"]["alertname"], *(
            alert["labels"][name] for name in ("worker", "server", "process", "zone") if name in alert["labels"])]) for alert in alerts)

    def servers_of_haproxy(self):
        """What haproxy says of each server of the backend `web`, such as `UP` or `MAINT`."""
        rows = [line.split(",") for line in self.haproxy("show stat").splitlines()]
        return {row[1]: row[17] for row in rows if row[0] == "web" and row[1] not in ("BACKEND", "FRONTEND")}

    def is_in_rotation(self, server):
        return self.servers_of_haproxy().get(server, "").startswith("UP")

    def metric(self, port, name):
        for line in fetch(f"http://127.0.0.1:{port}/metrics", timeout=1).splitlines():
            if line.startswith(name):
                return float(line.split()[-1])
        raise LabError(f"no {name} on port {port}")

    def makes_progress(self, worker):
        return time.time() - self.metric(18200 + worker, "worker_last_progress") < 2

    def edge_is_fast(self):
        for _ in range(3):
            began = time.monotonic()
            fetch("http://127.0.0.1:18080/read", timeout=3)
            if time.monotonic() - began > 0.5:
                return False
        return True

    def redis(self, *words):
        connection = Redis(timeout=1)
        try:
            return connection(*words)
        finally:
            connection.close()

    def snapshot(self):
        """Everything that an action could have touched: when each process started, and what haproxy was told."""
        seen = {}
        for process in self.supervisor.getAllProcessInfo():
            name = process["name"] if process["group"] == process["name"] else f'{process["group"]}:{process["name"]}'
            seen[name] = (process["start"], process["pid"])
        for server, status in self.servers_of_haproxy().items():
            seen[f"web/{server}"] = "maint" if status.startswith(("MAINT", "DRAIN")) else "ready"
        return seen

    # Back to how it began

    def clear(self):
        # In Handrail's place: what Alertmanager could not hand over while it was away is no news for the next one.
        with Posts(19095):
            self._clear()

    def _clear(self):
        self.post(18500, "/set?work=20&read=0&jobs=20")
        self._signal_redis(signal.SIGCONT)
        self.redis("del", "jobs", "jobs:dead", *(f"processing:{worker}" for worker in range(1, 9)))
        for file in [*self.run.glob("worker-*.json*"), *(self.run / "data").iterdir()]:
            file.unlink()
        for worker in range(1, 5):
            self._clear_worker(worker)
        for number in range(1, 7):
            self.start(f"web:b{number}")
            self.post(18100 + number, "/fault/off")
        self.start("switch:z1", "switch:z2")
        for worker in range(5, 9):
            if self.process(f"worker:{worker}")["statename"] != "STOPPED":
                try:
                    self.stop(f"worker:{worker}")
                except xmlrpc.client.Fault:
                    pass
        for file in (self.run / "data").iterdir():
            file.unlink()
        self.haproxy(*(f"set server web/b{n} state {'ready' if n < 5 else 'maint'}" for n in range(1, 7)))
        for silence in json.loads(fetch("http://127.0.0.1:19093/api/v2/silences")):
            if silence["status"]["state"] != "expired":
                fetch(f"http://127.0.0.1:19093/api/v2/silence/{silence['id']}", method="DELETE")
        quiet = []

        def is_clear():
            quiet.append(not self.firing() and all(self.is_in_rotation(f"b{n}") for n in range(1, 5)))
            return len(quiet) > 15 and all(quiet[-15:])

        wait("all is clear", is_clear, 120)

    def _clear_worker(self, worker):
        try:
            self.post(18200 + worker, "/fault/off")
            wait("progress", lambda: self.makes_progress(worker), 3)
            if self.metric(18200 + worker, "worker_resident") < 1e8:
                return
        except (OSError, LabError, http.client.HTTPException):
            pass
        self.restart(f"worker:{worker}")
