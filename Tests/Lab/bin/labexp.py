#!/usr/bin/python3
"""Exporter on 18300: Redis and queue, supervisord process states, zones' switches and their hosts."""
import os, time, threading, socket, http.client, xmlrpc.client
from plainhttp import PlainHandler, serve
from tinyredis import Redis, RedisError
RUN = os.environ["LAB_RUN"]
ZONES = {"z1": 40, "z2": 320}
out = {}

class UConn(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX); self.sock.settimeout(2); self.sock.connect(RUN + "/supervisor.sock")
class UTrans(xmlrpc.client.Transport):
    def make_connection(self, host): return UConn("localhost")

def loop(name, fn, every=0.5):
    def go():
        while True:
            try: out[name] = fn()
            except Exception as e: out[name] = f"labexp_collector_up{{collector=\"{name}\"}} 0\n"; print(name, e, flush=True)
            time.sleep(every)
    threading.Thread(target=go, daemon=True).start()

rc = Redis(timeout=0.5)
def c_redis():
    try:
        q, d = rc("llen", "jobs"), rc("llen", "jobs:dead")
        return f"redis_up 1\nqueue_depth{{queue=\"jobs\"}} {q}\nqueue_depth{{queue=\"jobs:dead\"}} {d}\n"
    except RedisError:
        return "redis_up 0\n"
sp = xmlrpc.client.ServerProxy("http://localhost", transport=UTrans())
def c_sup():
    s = ""
    for p in sp.supervisor.getAllProcessInfo():
        l = f'group="{p["group"]}",process="{p["name"]}"'
        s += f'supervisor_process_state{{{l},state="{p["statename"]}"}} 1\n'
        s += f'supervisor_process_start_time_seconds{{{l}}} {p["start"]}\n'
    return s
def c_zone():
    s = ""
    for i, (z, n) in enumerate(ZONES.items(), 1):
        try: socket.create_connection(("127.0.0.1", 18400 + i), 0.3).close(); up = 1
        except OSError: up = 0
        s += f'switch_up{{zone="{z}"}} {up}\n' + "".join(f'host_up{{zone="{z}",host="{z}-h{k:03d}"}} {up}\n' for k in range(n))
    return s
loop("redis", c_redis); loop("supervisor", c_sup); loop("zones", c_zone)

class H(PlainHandler):
    def do_GET(self):
        self.reply("".join(out.values()))
serve(18300, H)
