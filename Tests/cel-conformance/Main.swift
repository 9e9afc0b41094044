internal import CELVectors
internal import Glibc

/// `cel-conformance [PATH…]`: runs every case of some folders or files. Exits 0 if nothing failed, 1 if something did, 3 if
/// there is nothing to run.
@main
enum Main {
    static func main() {
        let given = CommandLine.arguments.dropFirst().map { VectorSource(path: $0) }
        let sources = given.isEmpty ? [VectorSource.usualFolder] : given
        for source in sources where source.files.isEmpty {
            complain("there are no vectors (*.json) at \(source.path)")
            exit(3)
        }
        let tally = Tally(running: sources)
        print(tally.report)
        exit(tally.failures.isEmpty ? 0 : 1)
    }

    private static func complain(_ sentence: String) {
        let line = "cel-conformance: \(sentence)\n"
        _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}
