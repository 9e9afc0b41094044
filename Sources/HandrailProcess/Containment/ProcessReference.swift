internal import CSpawn
internal import Glibc

/// Signals without a race against numbers that are used again.
enum ProcessReference {
    static func signal(_ signal: Int32, to identity: ProcessEntry.Identity) {
        guard let reference = try? Descriptor(cspawn_open_process(identity.number), of: "pidfd_open"),
            // Looked at through its number, but after the descriptor pinned whoever has it now.
            ProcessEntry(number: identity.number)?.identity == identity
        else { return }
        _ = cspawn_signal(reference.number, signal)
    }
}
