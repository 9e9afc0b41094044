#!/usr/bin/python3
"""Web backend bN behind haproxy, port 18100+N. /work takes 100 ms and enqueues one job; /read takes 100 ms.
If Redis does not answer within 1 s the job goes to an in-memory outbox, flushed when Redis is back.
Fault (POST /fault/flap): /health alternates 4 s good, 4 s bad, until restart."""
import sys, os, time, json, threading
from plainhttp import PlainHandler, serve
from tinyredis import Redis, RedisError

N = sys.argv[1]
def r(*words):
    """A connection for each call: requests have threads of their own, and one connection is no place for two to talk."""
    redis = Redis(timeout=1)
    try: return redis(*words)
    finally: redis.close()
S = dict(req=0, err=0, n=0, flap=False)
outbox, lock = [], threading.Lock()

class H(PlainHandler):
    def do_GET(self):
        if self.path == "/health":
            bad = S["flap"] and int(time.time()) % 8 >= 4
            return self.reply("bad\n" if bad else "ok\n", 500 if bad else 200)
        if self.path == "/metrics":
            return self.reply(f"# TYPE web_requests_total counter\nweb_requests_total {S['req']}\n"
                f"# TYPE web_queue_errors_total counter\nweb_queue_errors_total {S['err']}\n"
                f"# TYPE web_outbox_depth gauge\nweb_outbox_depth {len(outbox)}\n")
        S["req"] += 1; time.sleep(0.1)
        if self.path.startswith("/work"):
            with lock: S["n"] += 1; job = json.dumps({"id": f"b{N}-{S['n']}", "ms": 50})
            try: r("lpush", "jobs", job)
            except RedisError:
                S["err"] += 1; outbox.append(job)
        self.reply("done\n")
    def do_POST(self):
        if self.path in ("/fault/flap", "/fault/off"): S["flap"] = self.path == "/fault/flap"; return self.reply("ok\n")
        self.reply("unknown\n", 404)

def flush():
    while True:
        time.sleep(0.5)
        while outbox:
            try: r("lpush", "jobs", outbox[0]); outbox.pop(0)
            except RedisError: break
threading.Thread(target=flush, daemon=True).start()
serve(18100 + int(N), H)
