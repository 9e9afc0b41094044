internal import Synchronization

/// Counts, and writes the counts in Prometheus' text format, version 0.0.4.
public final class MetricRegistry: Sendable {
    /// Upper bounds in seconds. Half a millisecond is a commit on a fast disk, ten seconds is nobody's patience.
    static let latencyBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    /// Of one metric. What is beyond goes into one series, so that no source fills the memory with names.
    static let mostSeries = 1000

    private struct Series: Hashable, Comparable {
        let values: [String]

        static func < (left: Series, right: Series) -> Bool {
            left.values.lexicographicallyPrecedes(right.values) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    private struct State {
        var numbers: [Metric: [Series: Double]] = [:]
        var buckets = [Int](repeating: 0, count: MetricRegistry.latencyBounds.count + 1)
        var seconds = 0.0
    }

    private let state = Mutex(State())

    public init() {
        for metric in Metric.allCases where metric.labels.isEmpty && metric.kind != .histogram { set(metric, to: 0) }
    }

    /// - Parameter labels: values, in the order of the metric's names.
    public func add(_ metric: Metric, _ labels: [String] = [], by amount: Int = 1) {
        change(metric, labels) { $0 + Double(amount) }
    }

    public func set(_ metric: Metric, _ labels: [String] = [], to value: Double) {
        change(metric, labels) { _ in value }
    }

    public func observe(_ latency: Duration) {
        let seconds = latency / .seconds(1)
        let bucket = Self.latencyBounds.firstIndex { seconds <= $0 } ?? Self.latencyBounds.count
        state.withLock { state in
            state.buckets[bucket] += 1
            state.seconds += seconds
        }
    }

    private func change(_ metric: Metric, _ labels: [String], _ change: (Double) -> Double) {
        precondition(labels.count == metric.labels.count, "\(metric.rawValue) has other labels")
        state.withLock { Self.change(&$0.numbers[metric, default: [:]], Series(values: labels), change) }
    }

    /// In place: a copy of all series for each request would be slow.
    private static func change(
        _ numbers: inout [Series: Double], _ series: Series, _ change: (Double) -> Double
    ) {
        let isFull = numbers.count >= mostSeries && numbers[series] == nil
        let series = isFull ? Series(values: series.values.map { _ in "other" }) : series
        numbers[series] = change(numbers[series] ?? 0)
    }

    // MARK: - Text

    public var text: String {
        let state = state.withLock { $0 }
        var text = ""
        for metric in Metric.allCases {
            text += "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(metric.kind.rawValue)\n"
            if metric.kind == .histogram { text += Self.histogram(metric, state) }
            for (series, number) in (state.numbers[metric] ?? [:]).sorted(by: { $0.key < $1.key }) {
                text += metric.rawValue + Self.labels(metric.labels, series.values) + " \(Self.digits(of: number))\n"
            }
        }
        return text
    }

    private static func histogram(_ metric: Metric, _ state: State) -> String {
        var text = ""
        var sum = 0
        for (bound, count) in zip(latencyBounds.map { digits(of: $0) } + ["+Inf"], state.buckets) {
            sum += count
            text += "\(metric.rawValue)_bucket{le=\"\(bound)\"} \(sum)\n"
        }
        return text + "\(metric.rawValue)_sum \(state.seconds)\n\(metric.rawValue)_count \(sum)\n"
    }

    private static func digits(of number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? number.description
    }

    private static func labels(_ names: [String], _ values: [String]) -> String {
        guard !names.isEmpty else { return "" }
        return "{" + zip(names, values).map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
