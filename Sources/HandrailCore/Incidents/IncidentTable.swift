/// The incidents that the engine works on, by number.
///
/// Numbers only grow. So the incidents lie in one array in their order, where each is changed in place: an alert of a
/// storm changes its incident several times, and a dictionary would carry the whole incident out and in each time.
/// In pages, since an engine hands out its state.
struct IncidentTable: Sendable {
    /// Ascending, those that are gone included.
    private var numbers: [Int] = []
    private var places = PagedArray<Incident?>()
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Ascending.
    var keys: [Int] { zip(numbers, places).compactMap { $1 == nil ? nil : $0 } }

    /// By number, ascending.
    var values: [Incident] { places.compactMap(\.self) }

    func contains(_ id: Int) -> Bool { place(of: id).map { places[$0] != nil } ?? false }

    subscript(id: Int) -> Incident? {
        _read {
            if let place = place(of: id) { yield places[place] } else { yield nil }
        }
        _modify {
            if let place = place(of: id) {
                let wasThere = places[place] != nil
                defer { note(place, wasThere: wasThere) }
                yield &places[place]
            } else {
                var new: Incident?
                defer { if let new { insert(new, as: id) } }
                yield &new
            }
        }
    }

    /// Looks at an incident where it lies; nil where there is none of this number.
    @inline(__always)
    func read<Result>(_ id: Int, _ look: (borrowing Incident) -> Result) -> Result? {
        guard let place = place(of: id) else { return nil }
        switch places[place] {
        case .some(let incident): return look(incident)
        case .none: return nil
        }
    }

    private func place(of id: Int) -> Int? {
        let place = lowerBound(id)
        return place < numbers.count && numbers[place] == id ? place : nil
    }

    /// The first place whose number is not below `id`.
    private func lowerBound(_ id: Int) -> Int {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func insert(_ incident: Incident, as id: Int) {
        let place = lowerBound(id)
        numbers.insert(id, at: place)
        // Nearly always the last one.
        if place == places.count {
            places.append(incident)
        } else {
            places = PagedArray(Array(places[..<place]) + [incident] + places[place...])
        }
        count += 1
    }

    private mutating func note(_ place: Int, wasThere: Bool) {
        let isThere = places[place] != nil
        if isThere != wasThere { count += isThere ? 1 : -1 }
        // What is gone is swept out together, or each that goes would move all behind it.
        if !isThere, places.count > 2 * count + 16 { sweep() }
    }

    private mutating func sweep() {
        let kept = zip(numbers, places).filter { $1 != nil }
        numbers = kept.map(\.0)
        places = PagedArray(kept.map(\.1))
    }
}
