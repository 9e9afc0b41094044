internal import CSpawn
internal import Glibc
internal import HandrailEngine

/// The start of a child: everything is made, checked and opened, then one call starts it.
struct Launch: ~Copyable {
    /// What runs.
    struct Started: ~Copyable {
        let leader: pid_t
        /// Readable once the leader has ended.
        let ended: Descriptor
        var output: OutputDrain
        var errorOutput: OutputDrain
    }

    let invocation: Invocation
    let settings: ChildSettings
    let cgroup: ExecutionCgroup?
    let mark: (name: String, value: String)

    func start(_ file: borrowing ExecutableFile) throws -> Started {
        let arguments = try ChildArguments(invocation, fixed: settings.environment, mark: mark)
        let entrances = try cgroup?.entrances() ?? []
        let isBounded = cgroup?.limitProcesses(to: invocation.limits.processes) ?? false
        let input = try Descriptor.open("/dev/null", O_RDONLY)
        let directory = try openDirectory()
        let output = try Descriptor.pipe()
        let errorOutput = try Descriptor.pipe()
        var request = limitedRequest(isBounded: isBounded)
        request.executable = file.descriptor.number
        request.keeps_executable = !file.isBinary
        request.input = input.number
        request.directory = directory.number
        request.output = output.writing.number
        request.error_output = errorOutput.writing.number
        let result = withExtendedLifetime(entrances) { start(request, arguments, entrances) }
        guard let result, result.error == 0 else { throw NotStarted(reason(of: result, file)) }
        return Started(
            leader: result.process, ended: Descriptor(keeping: result.descriptor),
            output: OutputDrain(output.reading, limitBytes: invocation.limits.outputBytes),
            errorOutput: OutputDrain(errorOutput.reading, limitBytes: invocation.limits.outputBytes))
    }

    private func start(
        _ request: cspawn_request, _ arguments: borrowing ChildArguments, _ entrances: [ExecutionCgroup.OpenEntrance]
    ) -> cspawn_result? {
        var request = request
        return entrances.map { $0.descriptor.number }.withUnsafeBufferPointer { cgroups in
            request.cgroups = cgroups.baseAddress
            request.cgroup_count = Int32(cgroups.count)
            return arguments.withPointers { argv, envp in
                request.argv = argv
                request.envp = envp
                return LiveExecutions.start(request)
            }
        }
    }

    private func openDirectory() throws(NotStarted) -> Descriptor {
        do {
            return try Descriptor.open(settings.workingDirectory, O_RDONLY | O_DIRECTORY)
        } catch {
            let reason = SystemError.text(of: error.code)
            throw NotStarted("the working directory `\(settings.workingDirectory)` cannot be opened: \(reason)")
        }
    }

    /// - Parameter isBounded: whether a control group counts the processes. If not, the kernel's bound for a user is set
    ///   so that as many can be added to those that run now; it does not hold for root.
    private func limitedRequest(isBounded: Bool) -> cspawn_request {
        let limits = invocation.limits
        var request = cspawn_request()
        request.file_mode_mask = 0o077
        request.open_files = UInt64(clamping: limits.openFiles)
        request.address_space_bytes = UInt64(clamping: limits.memoryBytes)
        request.file_bytes = UInt64(clamping: settings.fileBytes)
        request.user_processes = UInt64.max
        if !isBounded && geteuid() != 0 {
            request.user_processes = UInt64(clamping: UserProcesses.count() + limits.processes)
        }
        return request
    }

    private func reason(of result: cspawn_result?, _ file: borrowing ExecutableFile) -> String {
        guard let result else { return "there is no argv" }
        let text = SystemError.text(of: result.error)
        switch result.stage {
        case CSPAWN_EXEC: return execReason(result.error, file)
        case CSPAWN_CLONE: return "no process could be made: \(text)"
        case CSPAWN_SESSION: return "the child could not make a session: \(text)"
        case CSPAWN_CGROUP: return "the child could not enter its control group: \(text)"
        case CSPAWN_PARENT: return "the child could not be bound to the engine's life: \(text)"
        case CSPAWN_DIRECTORY: return "the child could not enter `\(settings.workingDirectory)`: \(text)"
        case CSPAWN_DESCRIPTORS: return "the child could not set up its streams: \(text)"
        case CSPAWN_LIMITS: return "the child could not be limited: \(text)"
        default: return text
        }
    }

    private func execReason(_ error: Int32, _ file: borrowing ExecutableFile) -> String {
        switch error {
        case ENOENT where file.isBinary: return "the loader that `\(file.path)` asks for does not exist"
        case ENOENT: return "`\(file.path)` asks for the interpreter `\(file.interpreter ?? "")`, which does not exist"
        case ENOEXEC: return "`\(file.path)` is neither a program nor a script whose first line names its interpreter"
        case EACCES: return "`\(file.path)`, or the interpreter that it asks for, may not be executed"
        case E2BIG: return "the arguments and the environment are longer than the system takes"
        case ETXTBSY: return "somebody has `\(file.path)` open for writing"
        default: return "`\(file.path)` could not be started: \(SystemError.text(of: error))"
        }
    }
}

/// How many tasks this user has: the number that the kernel compares with `RLIMIT_NPROC`.
private enum UserProcesses {
    static func count() -> Int {
        let user = geteuid()
        return SmallFile.names(in: "/proc").filter { pid_t($0) != nil }.reduce(0) { sum, name in
            var status = stat()
            guard stat("/proc/" + name, &status) == 0, status.st_uid == user else { return sum }
            return sum + SmallFile.names(in: "/proc/\(name)/task").count
        }
    }
}
