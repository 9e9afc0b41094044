/// An array in pages: where two copies share it and one is changed, only the page that is changed is copied.
///
/// An engine hands its state out while it goes on. The copy of one long array would stop it for as long as that takes, a third of a
/// second for 200,000 alerts.
struct PagedArray<Element: Sendable>: Sendable {
    /// Of some hundred bytes an element: a page is copied in a tenth of a millisecond.
    private static var pageBits: Int { 7 }
    private static var pageSize: Int { 1 << pageBits }

    private var pages: [ContiguousArray<Element>] = []
    private(set) var count = 0

    @inline(__always)
    subscript(index: Int) -> Element {
        _read { yield pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
        _modify { yield &pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
    }

    mutating func append(_ element: Element) {
        if count & (Self.pageSize - 1) == 0 {
            pages.append([])
            pages[pages.count - 1].reserveCapacity(Self.pageSize)
        }
        pages[pages.count - 1].append(element)
        count += 1
    }
}
