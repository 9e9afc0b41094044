#!/usr/bin/python3
"""Queue worker N. Pops jobs from Redis, sleeps job.ms, acks. /metrics on 18200+N.
Faults (POST /fault/NAME) live in memory only, so a restart really clears them:
  hang     main loop deadlocks; ignores SIGTERM, still answers /metrics
  leak     20 MB/s up to 400 MB
  logspam  2.5 MB/s of debug log into the small data volume
A broken $LAB_RUN/worker-N.json makes it exit 1 at start (a restart does NOT clear that).
A job with "poison": true kills whichever worker takes it, and is requeued when that worker starts."""
import sys, os, time, json, threading, signal
from plainhttp import PlainHandler, serve
from tinyredis import Redis, RedisError

N = sys.argv[1]
RUN = os.environ["LAB_RUN"]
PROC = f"processing:{N}"
S = dict(jobs=0, errors=0, logerr=0, last=time.time(), start=time.time(), hang=False, leak=False, logspam=False, stop=False)
hoard = []

cfg = os.path.join(RUN, f"worker-{N}.json")
if os.path.exists(cfg):
    try:
        json.load(open(cfg))
    except ValueError as e:
        print(f"worker {N}: bad config {cfg}: {e}", flush=True)
        sys.exit(1)

def rss():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

class H(PlainHandler):
    def do_GET(self):
        self.reply(f"""# TYPE worker_jobs_total counter
worker_jobs_total {S['jobs']}
# TYPE worker_errors_total counter
worker_errors_total {S['errors']}
# TYPE worker_log_write_errors_total counter
worker_log_write_errors_total {S['logerr']}
# TYPE worker_last_progress_timestamp_seconds gauge
worker_last_progress_timestamp_seconds {S['last']:.3f}
# TYPE worker_start_time_seconds gauge
worker_start_time_seconds {S['start']:.3f}
# TYPE worker_resident_memory_bytes gauge
worker_resident_memory_bytes {rss()}
""")
    def do_POST(self):
        name = self.path.rsplit("/", 1)[-1]
        if name == "off":
            for k in ("hang", "leak", "logspam"): S[k] = False
        elif name in ("hang", "leak", "logspam"):
            S[name] = True
        else:
            return self.reply("unknown fault\n", 404)
        self.reply("ok\n")

def background():
    while True:
        if S["leak"] and len(hoard) < 40:
            hoard.append(bytearray(os.urandom(1) * 10_000_000)); time.sleep(0.5)
        elif S["logspam"]:
            try:
                with open(os.path.join(RUN, "data", f"worker-{N}.debug.log"), "ab") as f:
                    f.write(b"DEBUG spinning on job state machine\n" * 14000)
            except OSError:
                S["logerr"] += 1
            time.sleep(0.2)
        else:
            time.sleep(0.2)

def on_term(*_):
    S["stop"] = True
signal.signal(signal.SIGTERM, on_term)
threading.Thread(target=serve, args=(18200 + int(N), H), daemon=True).start()
threading.Thread(target=background, daemon=True).start()

r = Redis(timeout=3)
requeued = False
while not S["stop"]:
    while S["hang"]:
        time.sleep(0.2)           # never looks at S['stop']: SIGTERM is ignored, only SIGKILL ends it
    try:
        if not requeued:          # at-least-once: what this worker held when it died goes back to the head
            while r("lmove", PROC, "jobs", "right", "right"): pass
            requeued = True
        raw = r("brpoplpush", "jobs", PROC, 1)
        if raw is not None:
            job = json.loads(raw)
            if job.get("poison"):
                print(f"worker {N}: fatal: cannot process {raw!r}", flush=True)
                os._exit(1)
            time.sleep(job.get("ms", 50) / 1000)
            r("lrem", PROC, 1, raw)
            S["jobs"] += 1
        S["last"] = time.time()
    except RedisError:
        S["errors"] += 1; time.sleep(0.2)
