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

    /// Each entry has four below it, which lie side by side: half as deep as with two, and so half as slow.
    private var heap: [Entry] = []
    private static let childCount = 4
    /// Timers that were set in the order in which they are due, as those that forget alerts are: most of all, and with
    /// them the heap would be deep. What is in front of `laneStart` has fired.
    private var lane: [Entry] = []
    private var laneStart = 0
    private var nextSequence = 0

    mutating func set(_ timer: Timer, at: Timestamp) {
        let entry = Entry(at: at, sequence: nextSequence, timer: timer)
        nextSequence += 1
        if timer.isForgetting, lane.last.map({ $0.at <= at }) ?? true {
            lane.append(entry)
        } else {
            heap.append(entry)
            siftUp(entry)
        }
    }

    var nextDue: Timestamp? {
        [heap.first?.at, laneStart < lane.count ? lane[laneStart].at : nil].compactMap(\.self).min()
    }

    /// The earliest timer that is due at `now` or before.
    mutating func pop(dueBy now: Timestamp) -> (at: Timestamp, timer: Timer)? {
        let isInLane: Bool
        switch (heap.first, laneStart < lane.count ? lane[laneStart] : nil) {
        case (let first?, let next?): isInLane = next.isBefore(first)
        case (nil, .some): isInLane = true
        case (_, nil): isInLane = false
        }
        return isInLane ? popLane(dueBy: now) : popHeap(dueBy: now)
    }

    private mutating func popLane(dueBy now: Timestamp) -> (at: Timestamp, timer: Timer)? {
        let first = lane[laneStart]
        guard first.at <= now else { return nil }
        laneStart += 1
        if laneStart == lane.count {
            lane.removeAll(keepingCapacity: true)
            laneStart = 0
        } else if laneStart > 1024, laneStart * 2 > lane.count {
            lane.removeFirst(laneStart)
            laneStart = 0
        }
        return (first.at, first.timer)
    }

    private mutating func popHeap(dueBy now: Timestamp) -> (at: Timestamp, timer: Timer)? {
        guard let first = heap.first, first.at <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty { siftDown(last) }
        return (first.at, first.timer)
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

extension TimerQueue.Timer {
    fileprivate var isForgetting: Bool {
        if case .forgetAlert = self { true } else { false }
    }
}
