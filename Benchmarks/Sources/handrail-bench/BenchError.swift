/// Why there is nothing to measure: one lowercase sentence without a final stop.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
