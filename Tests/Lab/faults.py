"""The twelve faults: how each is made, how a person mends it, and how one sees that it is mended."""
import dataclasses
import os
import shutil
import signal
import socket
from typing import Callable

POISON = '{"id":"poison-1","poison":true}'


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    alert: dict                 # labels of the alert that names the root cause
    runbook: str
    verdict: str
    root: frozenset             # entities that the fault or its fix may touch; no other
    inject: Callable
    by_hand: Callable           # what a person would do
    is_mended: Callable
    crashing: frozenset = frozenset()   # processes that the fault itself starts anew, again and again


def entities(*names):
    return frozenset(names)


WORKERS = entities(*(f"worker:{n}" for n in range(1, 5)))
SPARE = entities(*(f"worker:{n}" for n in range(5, 9)))


def break_config(lab):
    (lab.run / "worker-3.json").write_text("{broken\n")
    lab.stop("worker:3")
    lab.supervisor.startProcess("worker:3", False)


def mend_config(lab):
    (lab.run / "worker-3.json").unlink()
    lab.restart("worker:3")


def take_poison_out(lab):
    for queue in ("jobs", *(f"processing:{n}" for n in range(1, 5))):
        lab.redis("lrem", queue, 0, POISON)
    lab.start(*sorted(WORKERS))


def stop_logging(lab):
    lab.restart("worker:4")
    os.truncate(lab.run / "data/worker-4.debug.log", 0)


def volume_is_free(lab):
    usage = shutil.disk_usage(lab.run / "data")
    return usage.used / usage.total < 0.5


def switch_answers(lab, number):
    socket.create_connection(("127.0.0.1", 18400 + number), 1).close()
    return True


def redis_is_back(lab):
    return lab.redis("ping") == b"PONG" and lab.makes_progress(1) and lab.edge_is_fast()


def ready(*servers):
    return lambda lab: lab.haproxy(*(f"set server web/{server} state ready" for server in servers))


FAULTS = [
    Fault("worker-hang", {"alertname": "WorkerStuck", "worker": "2"}, "restart-stuck-worker", "automatic", entities("worker:2"),
          lambda lab: lab.post(18202, "/fault/hang"), lambda lab: lab.restart("worker:2"), lambda lab: lab.makes_progress(2)),
    Fault("worker-leak", {"alertname": "WorkerMemoryHigh", "worker": "3"}, "restart-leaking-worker", "automatic", entities("worker:3"),
          lambda lab: lab.post(18203, "/fault/leak"), lambda lab: lab.restart("worker:3"),
          lambda lab: lab.metric(18203, "worker_resident") < 1e8),
    Fault("worker-crashloop", {"alertname": "CrashLooping", "process": "3"}, "roll-back-worker-config", "approval", entities("worker:3"),
          break_config, mend_config, lambda lab: lab.makes_progress(3), crashing=entities("worker:3")),
    Fault("poison-job", {"alertname": "CrashLooping"}, "dead-letter-poison-job", "approval", WORKERS,
          lambda lab: lab.redis("rpush", "jobs", POISON), take_poison_out,
          lambda lab: all(lab.makes_progress(n) for n in range(1, 5)), crashing=WORKERS),
    Fault("queue-backlog", {"alertname": "QueueBacklog"}, "scale-out-workers", "automatic", SPARE,
          lambda lab: lab.post(18500, "/set?jobs=100"), lambda lab: lab.start(*sorted(SPARE)), lambda lab: lab.redis("llen", "jobs") < 100),
    Fault("backend-down", {"alertname": "BackendDown", "server": "b4"}, "start-backend", "automatic", entities("web:b4"),
          lambda lab: os.kill(lab.process("web:b4")["pid"], signal.SIGKILL), lambda lab: lab.start("web:b4"),
          lambda lab: lab.is_in_rotation("b4"), crashing=entities("web:b4")),
    Fault("backend-maint", {"alertname": "BackendDown", "server": "b4"}, "return-backend-to-rotation", "advisory", entities("web/b4"),
          lambda lab: lab.haproxy("set server web/b4 state maint"), ready("b4"), lambda lab: lab.is_in_rotation("b4")),
    Fault("web-surge", {"alertname": "Saturation"}, "scale-out-web", "automatic", entities("web/b5", "web/b6"),
          lambda lab: lab.post(18500, "/set?read=80"), ready("b5", "b6"), lambda lab: lab.edge_is_fast()),
    Fault("redis-hang", {"alertname": "RedisDown"}, "restart-redis", "approval", entities("redis"),
          lambda lab: lab.stop_redis_in_its_tracks(), lambda lab: lab.restart("redis"), redis_is_back),
    Fault("flapping", {"alertname": "BackendDown", "server": "b2"}, "restart-flapping-backend", "approval", entities("web:b2"),
          lambda lab: lab.post(18102, "/fault/flap"), lambda lab: lab.restart("web:b2"), lambda lab: lab.is_in_rotation("b2")),
    Fault("storm", {"alertname": "SwitchDown", "zone": "z2"}, "start-switch", "approval", entities("switch:z2"),
          lambda lab: lab.stop("switch:z2"), lambda lab: lab.start("switch:z2"), lambda lab: switch_answers(lab, 2),
          crashing=entities("switch:z2")),
    Fault("disk-fill", {"alertname": "DiskFilling"}, "relieve-volume", "approval", entities("worker:4"),
          lambda lab: lab.post(18204, "/fault/logspam"), stop_logging, volume_is_free),
]
