/// Measurements as a table: one row a section.
enum ResultTable {
    static func text(of measurements: [Measurement]) -> String {
        let runs = measurements.first?.runs.count ?? 0
        let rows =
            [["section", "alerts", "seconds (median of \(runs))", "alerts/s", "ns/alert", "peak MiB"]]
            + measurements.map(row)
        let widths = rows[0].indices.map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
        return rows.map { line(of: $0, widths: widths) }.joined(separator: "\n")
    }

    private static func row(of measurement: Measurement) -> [String] {
        let alerts = measurement.alerts
        let nanoseconds = max(1, measurement.medianNanoseconds)
        return [
            measurement.section, grouped(alerts), decimal(nanoseconds, unit: 1_000_000_000, places: 3),
            grouped(Int(Double(alerts) * 1e9 / Double(nanoseconds))), grouped(nanoseconds / max(1, alerts)),
            decimal(measurement.peakBytes, unit: 1 << 20, places: 1),
        ]
    }

    /// The first column to the left, numbers to the right.
    private static func line(of cells: [String], widths: [Int]) -> String {
        zip(cells.indices, cells).map { column, cell in
            let padding = String(repeating: " ", count: widths[column] - cell.utf8.count)
            return column == 0 ? cell + padding : padding + cell
        }
        .joined(separator: "  ")
    }

    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        let groups = stride(from: digits.count % 3, through: digits.count, by: 3).map { end in
            String(digits[max(0, end - 3)..<end])
        }
        return groups.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func decimal(_ amount: Int, unit: Int, places: Int) -> String {
        let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((Double(amount) / Double(unit) * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
    }
}
