/// An array in pages: where two copies share it and one is changed, only the page that is changed is copied.
///
/// An engine hands its state out while it goes on. The copy of one long array would stop it for as long as that takes, a third of a
/// second for 200,000 alerts; and where one long array grows, all of it is moved.
struct PagedArray<Element: Sendable>: RandomAccessCollection, Sendable {
    /// Of some hundred bytes an element: a page is copied in a tenth of a millisecond.
    private static var pageBits: Int { 7 }
    private static var pageSize: Int { 1 << pageBits }

    private var pages: [ContiguousArray<Element>] = []
    private(set) var count = 0

    init() {}

    init(_ elements: some Sequence<Element>) {
        append(contentsOf: elements)
    }

    var startIndex: Int { 0 }
    var endIndex: Int { count }

    @inline(__always)
    subscript(index: Int) -> Element {
        _read { yield pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
        _modify { yield &pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
    }

    mutating func append(_ element: Element) {
        if count & (Self.pageSize - 1) == 0 {
            pages.append([])
            // The first page grows as it has to: most arrays are short.
            if pages.count > 1 { pages[pages.count - 1].reserveCapacity(Self.pageSize) }
        }
        pages[pages.count - 1].append(element)
        count += 1
    }

    mutating func append(contentsOf others: some Sequence<Element>) {
        for other in others { append(other) }
    }
}
