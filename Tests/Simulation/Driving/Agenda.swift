import HandrailCore

/// What is still to happen, each at its time; what is due at the same time in the order in which it was added.
struct Agenda<Item> {
    private struct Entry {
        let at: Timestamp
        let sequence: Int
        let item: Item

        func isBefore(_ other: Entry) -> Bool { (at, sequence) < (other.at, other.sequence) }
    }

    private var heap: [Entry] = []
    private var nextSequence = 0

    var nextAt: Timestamp? { heap.first?.at }

    mutating func add(_ item: Item, at: Timestamp) {
        heap.append(Entry(at: at, sequence: nextSequence, item: item))
        nextSequence += 1
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (at: Timestamp, item: Item)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        return (first.at, first.item)
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

    mutating func removeAll(where isGone: (Item) -> Bool) {
        let kept = heap.filter { !isGone($0.item) }.sorted { $0.isBefore($1) }
        heap = kept
    }
}
