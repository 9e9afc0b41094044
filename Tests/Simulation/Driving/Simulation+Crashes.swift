import HandrailCore
import HandrailEngine

/// The process ends at once, and another one takes over.
extension Simulation {
    mutating func crash() {
        counts.crashes += 1
        trace.add(clock) { "CRASH" }
        directors = []
        life += 1
        tickAt = nil
        // What was being written is there as a whole, or not at all; nobody was told either way.
        if let records = inFlight, chance.happens(0.5) {
            if sabotage == .tears {
                let half = records.count / 2
                inFlight = Array(chance.happens(0.5) ? records.prefix(half) : records.suffix(half))
            }
            keepInFlight()
        }
        inFlight = nil
        late = []
        for (ticket, asked) in tickets.sorted(by: { $0.key < $1.key }) {
            guard case .delivery(let delivery) = asked else { continue }
            trace.add(clock) { "delivery \(ticket) will be sent again" }
            agenda.add(.deliver(delivery, attempt: 1), at: clock + .seconds(5))
        }
        tickets = [:]
        loseCommands()
        underWay = [:]
        agenda.add(.restart, at: clock + chance.milliseconds(100...60_000))
    }

    /// Commands that were under way die with the engine, or live on and take effect later.
    private mutating func loseCommands() {
        let lost = executions.indices.filter { !executions[$0].isOver && chance.happens(0.5) }
        for index in executions.indices { executions[index].isOver = true }
        agenda.removeAll { work in
            if case .takesEffect(let execution) = work { lost.contains(execution) } else { false }
        }
    }

    mutating func restart() async {
        history.restart()
        let usesSnapshot = chance.happens(0.7)
        do {
            let engine = engine(for: site.digest)
            let (restored, sequence) = try await Recovery.restore(
                engine, from: journal.frozen(usesSnapshot: usesSnapshot), codec: codec)
            trace.add(clock) { "starts, from \(sequence) entries" }
            directors = [
                Director(engine: restored, codec: codec, at: clock, recordsPerSnapshot: weather.recordsPerSnapshot)
            ]
            let start = EngineStart(version: "simulated", mode: .act, workspaceDigest: site.digest)
            let outputs = directors[0].start(start, at: clock)
            carryOut(outputs)
        } catch {
            observe(.unfoldable("\(error)"))
        }
    }
}
