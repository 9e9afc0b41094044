#!/usr/bin/python3
"""Open-loop load on 127.0.0.1:18080 and on the queue; the client's view of latency. Admin and /metrics on 18500.
POST /set?work=20&read=0&jobs=20 sets the rates per second."""
import asyncio, json, threading, time, bisect
from plainhttp import PlainHandler, serve
from urllib.parse import urlparse, parse_qsl
from tinyredis import Redis, RedisError
RATE = dict(work=20.0, read=0.0, jobs=20.0)
BOUNDS = [.05, .1, .15, .25, .5, 1, 2, 4]
hist, hsum, codes, flight = [0] * (len(BOUNDS) + 1), [0.0], {}, [0]

async def one(path):
    t = time.time(); flight[0] += 1; code = "timeout"
    try:
        async with asyncio.timeout(6):
            rd, wr = await asyncio.open_connection("127.0.0.1", 18080)
            wr.write(f"GET {path} HTTP/1.0\r\nHost: web\r\n\r\n".encode())
            code = (await rd.readline()).split()[1].decode(); await rd.read(); wr.close()
    except Exception: pass
    d = time.time() - t; flight[0] -= 1
    hist[bisect.bisect_left(BOUNDS, d)] += 1; hsum[0] += d; codes[code] = codes.get(code, 0) + 1

async def pump(kind):
    due = time.time(); keep = set()
    while True:
        rate = RATE[kind]
        if rate <= 0 or flight[0] > 600: await asyncio.sleep(0.1); due = time.time(); continue
        due += 1 / rate; await asyncio.sleep(max(0, due - time.time()))
        t = asyncio.ensure_future(one("/" + kind)); keep.add(t); t.add_done_callback(keep.discard)

def produce():
    r = Redis(timeout=1); n = 0; due = time.time()
    while True:
        if RATE["jobs"] <= 0: time.sleep(0.1); due = time.time(); continue
        due = max(due + 0.1, time.time() - 1); time.sleep(max(0, due - time.time()))
        k = max(1, round(RATE["jobs"] / 10))
        try: r("lpush", "jobs", *[json.dumps({"id": f"l-{n+i}", "ms": 50}) for i in range(k)]); n += k
        except RedisError: pass

class H(PlainHandler):
    def do_GET(self):
        s, c = "# TYPE client_request_duration_seconds histogram\n", 0
        for b, n in zip(BOUNDS + ["+Inf"], hist): c += n; s += f'client_request_duration_seconds_bucket{{le="{b}"}} {c}\n'
        s += f"client_request_duration_seconds_sum {hsum[0]:.4f}\nclient_request_duration_seconds_count {c}\nclient_in_flight {flight[0]}\n"
        self.reply(s + "".join(f'client_requests_total{{code="{k}"}} {v}\n' for k, v in sorted(codes.items())))
    def do_POST(self):
        for k, v in parse_qsl(urlparse(self.path).query):
            if k in RATE: RATE[k] = float(v)
        self.reply(json.dumps(RATE) + "\n")
threading.Thread(target=serve, args=(18500, H), daemon=True).start()
threading.Thread(target=produce, daemon=True).start()
async def main(): await asyncio.gather(pump("work"), pump("read"))
codes.update({"200": 0, "503": 0, "timeout": 0})
asyncio.run(main())
