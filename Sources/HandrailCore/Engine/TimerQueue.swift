/// What is due when. Timers are events like any other: they fire in order of time, then in the order in which they were set.
struct TimerQueue: Sendable {
    enum Timer: Hashable, Sendable {
        case forgetAlert(slot: Int, generation: Int)
        case lapseAlert(slot: Int, generation: Int)
        case releaseFlap(slot: Int, generation: Int)
        case closeIncident(Int)
        case evaluate(incident: Int)
        case endStorm
        case unmute
        case judgeRun(Int)
        case fadeFootprint(Int)
    }

    fileprivate struct Entry {
        let at: Timestamp
        let sequence: Int
        let timer: Timer

        func isBefore(_ other: Entry) -> Bool {
            (at, sequence) < (other.at, other.sequence)
        }
    }

    /// Each entry has four below it, which lie side by side: half as deep as with two, and so half as slow.
    private var heap: [Entry] = []
    private static let childCount = 4
    /// Timers that were set in the order in which they are due, as those that forget alerts mostly are, and those that watch
    /// whether they lapse: nearly all of them, and with them the heap would be deep.
    private var lanes = [TimerLane(), TimerLane()]
    private var nextSequence = 0

    mutating func set(_ timer: Timer, at: Timestamp) {
        let entry = Entry(at: at, sequence: nextSequence, timer: timer)
        nextSequence += 1
        if let lane = timer.lane, lanes[lane].append(entry) { return }
        heap.append(entry)
        siftUp(entry)
    }

    var nextDue: Timestamp? {
        ([heap.first?.at] + lanes.map { $0.first?.at }).compactMap(\.self).min()
    }

    /// The earliest timer that is due at `now` or before.
    mutating func pop(dueBy now: Timestamp) -> (at: Timestamp, timer: Timer)? {
        var first = heap.first
        var lane: Int?
        for index in lanes.indices {
            guard let next = lanes[index].first, first.map({ next.isBefore($0) }) ?? true else { continue }
            first = next
            lane = index
        }
        guard let first, first.at <= now else { return nil }
        if let lane { lanes[lane].removeFirst() } else { removeTop() }
        return (first.at, first.timer)
    }

    private mutating func removeTop() {
        let last = heap.removeLast()
        if !heap.isEmpty { siftDown(last) }
    }

    private mutating func siftUp(_ entry: Entry) {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / Self.childCount
            guard entry.isBefore(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    /// Puts the entry where it belongs below the top, which is free.
    private mutating func siftDown(_ entry: Entry) {
        var parent = 0
        while true {
            let first = Self.childCount * parent + 1
            guard first < heap.count else { break }
            var child = first
            for other in first + 1..<min(first + Self.childCount, heap.count) where heap[other].isBefore(heap[child]) {
                child = other
            }
            guard heap[child].isBefore(entry) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}

/// Timers in the order in which they are due, in pages: to grow moves none of them, and of two copies that share them one changes
/// without all being copied.
private struct TimerLane: Sendable {
    private static let pageSize = 1024

    private var pages: [ContiguousArray<TimerQueue.Entry>] = []
    /// How many of the first page have fired.
    private var start = 0
    private(set) var first: TimerQueue.Entry?
    private var last: TimerQueue.Entry?

    /// False where it would have to stand before another one.
    mutating func append(_ entry: TimerQueue.Entry) -> Bool {
        if let last, entry.at < last.at { return false }
        if pages.last.map({ $0.count == Self.pageSize }) ?? true { pages.append([]) }
        pages[pages.count - 1].append(entry)
        last = entry
        first = first ?? entry
        return true
    }

    mutating func removeFirst() {
        guard let page = pages.first else { return }
        start += 1
        if start == page.count {
            pages.removeFirst()
            start = 0
        }
        first = pages.first?[start]
        if first == nil { last = nil }
    }
}

extension TimerQueue.Timer {
    /// The one that it goes into where it is set in order.
    fileprivate var lane: Int? {
        switch self {
        case .forgetAlert: 0
        case .lapseAlert: 1
        case .releaseFlap, .closeIncident, .evaluate, .endStorm, .unmute, .judgeRun, .fadeFootprint: nil
        }
    }
}
