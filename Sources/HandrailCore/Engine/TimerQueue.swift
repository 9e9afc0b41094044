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

    private struct Entry {
        let at: Timestamp
        let sequence: Int
        let timer: Timer

        func isBefore(_ other: Entry) -> Bool {
            (at, sequence) < (other.at, other.sequence)
        }
    }

    private var heap: [Entry] = []
    private var nextSequence = 0

    var nextDue: Timestamp? { heap.first?.at }

    mutating func set(_ timer: Timer, at: Timestamp) {
        heap.append(Entry(at: at, sequence: nextSequence, timer: timer))
        nextSequence += 1
        siftUp(from: heap.count - 1)
    }

    /// The earliest timer that is due at `now` or before.
    mutating func pop(dueBy now: Timestamp) -> (at: Timestamp, timer: Timer)? {
        guard let first = heap.first, first.at <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        return (first.at, first.timer)
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right].isBefore(heap[left]) ? right : left
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
