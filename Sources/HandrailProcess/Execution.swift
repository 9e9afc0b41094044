internal import CSpawn
internal import Glibc
internal import HandrailEngine

/// One command from its start until nothing of it is left. Blocks the thread that calls it, and needs that thread to the
/// end: the kernel would kill the child with it.
struct Execution: ~Copyable {
    private enum Phase {
        case running(until: ContinuousClock.Instant)
        case stopping(until: ContinuousClock.Instant, as: ExecutionEnding)
    }

    private var started: Launch.Started
    private var containment: Containment
    private var phase: Phase
    private var status: cspawn_status?
    private let beganAt: ContinuousClock.Instant
    private let grace: Duration
    private let cancellation: WakeUp

    /// While the leader is gone and others of its group are still about to stop, nothing tells when they have.
    private static let roundWhileStopping = Duration.milliseconds(20)

    /// Never throws: what goes wrong before the start is the report's ending.
    static func report(
        of invocation: Invocation, settings: ChildSettings, site: CgroupSite, cancelledBy cancellation: WakeUp
    ) -> ExecutionReport {
        LiveExecutions.begin()
        defer { LiveExecutions.end() }
        let identifier = settings.newIdentifier()
        let cgroup = ExecutionCgroup(identifier, in: site)
        defer { cgroup?.remove() }
        let launch = Launch(
            invocation: invocation, settings: settings, cgroup: cgroup, mark: settings.mark(of: identifier))
        do {
            return try run(launch, cancelledBy: cancellation)
        } catch let error as NotStarted {
            return ExecutionReport(ending: .notStarted(because: error.reason))
        } catch {
            return ExecutionReport(ending: .notStarted(because: "\(error)"))
        }
    }

    private static func run(_ launch: borrowing Launch, cancelledBy cancellation: WakeUp) throws -> ExecutionReport {
        let file = try ExecutableFile(path: launch.invocation.executable.path)
        try file.holdOffWriters()
        guard try file.digest() == launch.invocation.executable.digest else {
            throw ExecutableError.changed(path: file.path)
        }
        guard !cancellation.isSignalled else { throw NotStarted("it was cancelled before it began") }
        try file.checkUnchanged()
        let beganAt = ContinuousClock.now
        let started = try launch.start(file)
        // From here the kernel itself keeps writers off a binary; a script is read as it goes.
        if file.isBinary { file.letWritersIn() }
        defer { file.letWritersIn() }
        var execution = Execution(started, launch, beganAt: beganAt, cancelledBy: cancellation)
        execution.supervise()
        return execution.finish()
    }

    private init(
        _ started: consuming Launch.Started, _ launch: borrowing Launch, beganAt: ContinuousClock.Instant,
        cancelledBy cancellation: WakeUp
    ) {
        let leader = started.leader
        let identity =
            ProcessEntry(number: leader)?.identity ?? ProcessEntry.Identity(number: leader, startedAt: 0)
        self.started = started
        self.beganAt = beganAt
        self.cancellation = cancellation
        containment = Containment(
            leader: identity, mark: "\(launch.mark.name)=\(launch.mark.value)", cgroup: launch.cgroup)
        grace = launch.invocation.limits.grace
        phase = .running(until: beganAt.advanced(by: launch.invocation.limits.timeout))
    }

    // MARK: While it runs

    /// Returns when the leader has ended by itself, or when the time to stop is over or was not needed.
    private mutating func supervise() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while !isOver(at: .now) {
            wait()
            started.output.take(using: buffer)
            started.errorOutput.take(using: buffer)
            noteEnd()
        }
    }

    private mutating func isOver(at now: ContinuousClock.Instant) -> Bool {
        switch phase {
        case .running where status != nil: return true
        case .running where cancellation.isSignalled: stop(as: .terminated, at: now)
        case .running(let deadline) where now >= deadline: stop(as: .timedOut, at: now)
        case .running: break
        case .stopping(let deadline, _) where now >= deadline: return true
        case .stopping where status != nil: return !containment.hasLivingMembers()
        case .stopping: break
        }
        return false
    }

    private mutating func stop(as ending: ExecutionEnding, at now: ContinuousClock.Instant) {
        containment.askToStop()
        phase = .stopping(until: now.advanced(by: grace), as: ending)
    }

    /// Until there is output, the leader ends, somebody cancels, or time is over. A wait that ends early does no harm.
    private func wait() {
        var waited = [
            pollfd(fd: started.output.polled, events: Int16(POLLIN), revents: 0),
            pollfd(fd: started.errorOutput.polled, events: Int16(POLLIN), revents: 0),
        ]
        if status == nil { waited.append(pollfd(fd: started.ended.number, events: Int16(POLLIN), revents: 0)) }
        let deadline: ContinuousClock.Instant
        switch phase {
        case .running(let end):
            waited.append(pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0))
            deadline = end
        case .stopping(let end, _):
            deadline = status == nil ? end : min(end, .now + Self.roundWhileStopping)
        }
        poll(&waited, nfds_t(waited.count), Self.milliseconds(until: deadline))
    }

    /// Rounded up, so that a wait never ends just before its time; an hour at most.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = deadline - ContinuousClock.now
        guard left > .zero else { return 0 }
        guard left < .seconds(3600) else { return 3_600_000 }
        return Int32(left / .milliseconds(1)) + 1
    }

    /// Looks without reaping: the unreaped leader keeps its number, and that of the group, from being used again.
    private mutating func noteEnd() {
        guard status == nil else { return }
        let found = cspawn_status_of(started.leader, false)
        if found.error != EAGAIN { status = found }
    }

    // MARK: The end

    private consuming func finish() -> ExecutionReport {
        killLeader()
        let survivors = containment.killSurvivors()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        started.output.takeRest(using: buffer)
        started.errorOutput.takeRest(using: buffer)
        // A leader that cannot be killed is left to whoever finds it among the orphans.
        let leaders = status == nil ? 1 : 0
        LiveExecutions.reap(leader: started.leader)
        return ExecutionReport(
            ending: ending, output: started.output.kept, errorOutput: started.errorOutput.kept,
            droppedBytes: started.output.droppedBytes + started.errorOutput.droppedBytes,
            duration: ContinuousClock.now - beganAt, survivors: survivors.killed,
            stillLiving: survivors.stillLiving + leaders)
    }

    /// Whoever is below the leader is noted first: afterwards no parent shows whose they are.
    private mutating func killLeader() {
        guard status == nil else { return }
        containment.takeRollCall()
        kill(started.leader, SIGKILL)
        var waited = pollfd(fd: started.ended.number, events: Int16(POLLIN), revents: 0)
        poll(&waited, 1, 1000)
        noteEnd()
    }

    private var ending: ExecutionEnding {
        if case .stopping(_, let ending) = phase { return ending }
        guard let status, status.error == 0 else {
            // Somebody else in this program waited for all its children; how this one ended is lost.
            return .terminated
        }
        return status.is_signal ? .killed(signal: status.value) : .exited(code: status.value)
    }
}
