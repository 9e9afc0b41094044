#!/usr/bin/env python3
"""Measures `handrail serve` from a second process, beside Alertmanager's own intake, on the same machine in one run.

The same bodies go to both: lists of alerts as Alertmanager's v2 API takes and gives them. Handrail answers when all that follows
from a delivery is durable (fsync), Alertmanager when it has it in memory. Then each at half of what it took: from when a request
was due to its answer, which with Handrail is from request to durable decision; and then the same bodies into a file, flushed one
after the other, which tells a late answer of the disk from one of Handrail. With --storm nothing is compared: so many
alerts go in, and the counters have to add up.

Prints a table; exits 1 where an acknowledged alert is missing.
"""
import argparse, http.client, json, multiprocessing, os, re, shutil, socket, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SERVERS = os.path.join(ROOT, ".build/servers")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def alert(number, round_number):
    """As `GET /api/v2/alerts` gives it; Alertmanager takes what it needs of that."""
    started = f"2026-01-01T{round_number // 60 % 24:02d}:{round_number % 60:02d}:00.000Z"
    return {
        "labels": {
            "alertname": f"Alert{number % 10}", "severity": "warning", "service": f"service-{number % 400}",
            "instance": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}:9100", "zone": f"z{number % 7}",
            "number": str(number),
        },
        "annotations": {"summary": f"Alert {number} on a host, a summary of the usual length"},
        "startsAt": started, "endsAt": "2030-01-01T00:00:00.000Z", "updatedAt": started,
        "generatorURL": "http://127.0.0.1:9090/graph?g0.expr=up%3D%3D0", "status": {"state": "active"},
        "fingerprint": f"{number:016x}", "receivers": [{"name": "x"}],
    }


def bodies(first, count, batch, distinct, round_number=0):
    for start in range(first, first + count, batch):
        numbers = range(start, min(first + count, start + batch))
        yield json.dumps([alert(n % distinct, round_number) for n in numbers]).encode()


class Connection:
    """As little as it takes: whoever sends is on the same machine, and takes its cores from the servers."""

    def __init__(self, port, path, headers):
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"] + [f"{name}: {value}" for name, value in headers.items()]
        self.head = ("\r\n".join(lines) + "\r\nContent-Length: ").encode()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, body):
        """Returns the status and the body of the answer."""
        self.socket.sendall(b"%b%d\r\n\r\n%b" % (self.head, len(body), body))
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self.read()
        head = answer[:end].lower()
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        if not length:
            raise SystemExit(f"an answer without a length: {head!r}")
        rest = answer[end + 4:]
        while len(rest) < int(length[1]):
            rest += self.read()
        return int(head.split(b" ", 2)[1]), rest

    def read(self):
        if not (piece := self.socket.recv(65536)):
            raise SystemExit("the connection was closed in the middle of an answer")
        return piece


def post_all(port, path, headers, work, results, *when):
    try:
        results.put(post_each(port, path, headers, work, *when))
    except BaseException as error:
        results.put(f"{type(error).__name__}: {error}")


def as_due(work, first, interval):
    """Gives each body when it is due, and since when that is: one each so many seconds, or without an interval at once."""
    for index, body in enumerate(work):
        due = first + index * interval if interval else time.time()
        if (wait := due - time.time()) > 0:
            time.sleep(wait)
        yield due, body


def post_each(port, path, headers, work, first=None, interval=None):
    """Sends every body, and again what was sent back. With an interval, one body each so many seconds from `first` on, and the
    time counts from when it should have been sent: a slow answer does not excuse the ones behind it."""
    connection = Connection(port, path, headers)
    latencies, again, accepted = [], 0, 0
    for due, body in as_due(work, first, interval):
        while True:
            status, answer = connection.post(body)
            if status == 429:
                again += 1
                time.sleep(0.05)
                continue
            if status != 200:
                raise SystemExit(f"{status}: {answer[:300]!r}")
            break
        latencies.append(time.time() - due)
        if answer.startswith(b"{"):
            accepted += json.loads(answer).get("accepted", 0)
    return latencies, again, accepted


def drive(port, path, headers, batches, posters, rate=None):
    """With a rate, one body is due each 1/rate seconds, whoever of the posters sends it."""
    os.sync()  # or the disk still writes what came before
    results = multiprocessing.Queue()
    begun = time.time() + (0.5 if rate else 0)
    processes = [
        multiprocessing.Process(
            target=post_all, args=(port, path, headers, batches[poster::posters], results)
            + ((begun + poster / rate, posters / rate) if rate else ()))
        for poster in range(posters)
    ]
    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join()
    took = time.time() - begun
    for answer in found:
        if isinstance(answer, str):
            raise SystemExit(answer)
    latencies = sorted(latency for latencies, _, _ in found for latency in latencies)
    return took, latencies, sum(again for _, again, _ in found), sum(accepted for _, _, accepted in found)


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def peak_mib(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))


def wait_until_ready(port, path):
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"nothing is ready on port {port}")


class Handrail:
    def __init__(self, program, folder):
        state = os.path.join(folder, "state")
        token = subprocess.run([program, "token", "create", "--role", "source", "--state", state], check=True,
                               capture_output=True, text=True).stdout.strip()
        self.port, self.path = free_port(), "/v1/deliveries/alertmanager-api"
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self.process = subprocess.Popen(
            [program, "serve", "--state", state, "--workspace", ROOT, "--listen", f"127.0.0.1:{self.port}", "--open-metrics"],
            stdout=subprocess.DEVNULL, stderr=open(os.path.join(folder, "handrail.log"), "w"))
        wait_until_ready(self.port, "/readyz")

    def metric(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


class Alertmanager:
    def __init__(self, folder):
        program = os.path.join(SERVERS, "usr/bin/prometheus-alertmanager")
        self.port, self.path, self.headers = free_port(), "/api/v2/alerts", {"Content-Type": "application/json"}
        config = os.path.join(folder, "alertmanager.yml")
        with open(config, "w") as file:
            file.write("route: {receiver: nobody, group_by: [alertname], group_wait: 1s}\nreceivers: [{name: nobody}]\n")
        self.process = subprocess.Popen(
            [program, f"--config.file={config}", f"--storage.path={folder}/alertmanager",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=", "--log.level=error"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=SERVERS)
        wait_until_ready(self.port, "/-/ready")


def flush_each(path, work, rate):
    """Appends each body to a file and flushes it, one each 1/rate seconds; the time counts from when it was due."""
    os.sync()
    latencies, begun = [], time.time()
    with open(path, "wb", buffering=0) as file:
        for due, body in as_due(work, begun, 1 / rate):
            file.write(body)
            os.fdatasync(file.fileno())
            latencies.append(time.time() - due)
    os.unlink(path)
    return time.time() - begun, sorted(latencies)


def stop(server):
    server.process.terminate()
    server.process.wait(60)


def row(name, alerts, took, latencies, again="", memory=""):
    print(f"{name:<34} {alerts / took:>10,.0f} {percentile(latencies, 0.5) * 1e3:>9.1f} "
          f"{percentile(latencies, 0.99) * 1e3:>9.1f} {again:>6} {memory:>7}", flush=True)


def half_load(options, server, capacity, name):
    """Returns what was sent, and how many bodies a second."""
    work = list(bodies(options.alerts, int(capacity / 2 * options.seconds), options.batch, 10 * options.alerts))
    rate = capacity / 2 / options.batch
    took, latencies, again, _ = drive(server.port, server.path, server.headers, work, options.posters, rate=rate)
    row(name, len(work) * options.batch, took, latencies, again, peak_mib(server.process))
    return work, rate


def compare(options, folder):
    batches = list(bodies(0, options.alerts, options.batch, options.alerts))
    print(f"{options.alerts:,} alerts, {options.batch} a delivery, {options.posters} connections, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}\n")
    print(f"{'':<34} {'alerts/s':>10} {'p50 ms':>9} {'p99 ms':>9} {'again':>6} {'MiB':>7}")
    alertmanager = Alertmanager(folder)
    took, latencies, again, _ = drive(alertmanager.port, alertmanager.path, alertmanager.headers, batches, options.posters)
    row("Alertmanager, new alerts, in memory", options.alerts, took, latencies, again, peak_mib(alertmanager.process))
    theirs = options.alerts / took
    half_load(options, alertmanager, theirs, "Alertmanager, half of its load")
    stop(alertmanager)
    handrail = Handrail(options.program, folder)
    took, latencies, again, accepted = drive(handrail.port, handrail.path, handrail.headers, batches, options.posters)
    row("Handrail, new alerts, durable", options.alerts, took, latencies, again, peak_mib(handrail.process))
    ours = options.alerts / took
    took, latencies, again, repeated = drive(handrail.port, handrail.path, handrail.headers, batches, options.posters)
    row("Handrail, the same again", options.alerts, took, latencies, again, peak_mib(handrail.process))
    half, rate = half_load(options, handrail, ours, "Handrail, half of its load")
    kept = handrail.metric("handrail_alerts_total")
    stop(handrail)
    row("The disk alone, a flush a body", len(half) * options.batch, *flush_each(os.path.join(folder, "flushed"), half, rate))
    print(f"\nHandrail takes {ours / theirs:.2f} times as many alerts a second as Alertmanager")
    return accepted == options.alerts and repeated == options.alerts and kept >= accepted + repeated


def storm(options, folder):
    """Distinct label sets that fire again and again in new episodes."""
    handrail = Handrail(options.program, folder)
    accepted, begun, again = 0, time.time(), 0
    step = 500_000
    for start in range(0, options.storm, step):
        batches = list(bodies(start, min(step, options.storm - start), options.batch, options.distinct, start // step))
        _, _, more, taken = drive(handrail.port, handrail.path, handrail.headers, batches, options.posters)
        accepted, again = accepted + taken, again + more
        print(f"{accepted:>12,} alerts  {accepted / (time.time() - begun):>9,.0f}/s  {peak_mib(handrail.process)} MiB peak",
              flush=True)
    counted, journaled = handrail.metric("handrail_alerts_total"), handrail.metric("handrail_engine_alerts_total")
    memory = peak_mib(handrail.process)
    automatic = handrail.metric('handrail_decisions_total{verdict="automatic"}')
    stop(handrail)
    print(f"sent {options.storm:,}, acknowledged {accepted:,}, counted {counted:,.0f}, in the engine {journaled:,.0f}; "
          f"sent back and again {again}; "
          f"automatic {automatic:,.0f}; {memory} MiB at most")
    return accepted == options.storm == counted == journaled and memory < 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, ".build/release/handrail"))
    parser.add_argument("--alerts", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--posters", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10, help="how long half of the load lasts")
    parser.add_argument("--storm", type=int, default=0, help="so many alerts instead")
    parser.add_argument("--distinct", type=int, default=100_000, help="label sets of the storm")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="handrail-live-")
    try:
        fine = storm(options, folder) if options.storm else compare(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not fine:
        sys.exit("an acknowledged alert is missing, or memory grew beyond 1 GiB")


if __name__ == "__main__":
    main()
