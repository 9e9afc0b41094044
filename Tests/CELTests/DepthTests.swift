import CEL
import Glibc
import Testing

/// Nesting is bounded everywhere, so the deepest expression fits a small stack: 512 KiB, as threads of pools may have, in a
/// release build. The frames of a debug build are three to four times as large.
@Suite struct DepthTests {
    /// What is repeated to fill 64 KiB, or up to the deepest that is accepted.
    static let shapes: [String: (start: String, part: String, middle: String, close: String)] = [
        "parentheses": ("", "(", "1", ")"), "lists": ("", "[", "1", "]"), "maps": ("", "{1: ", "1", "}"),
        "nots": ("", "!", "true", ""), "negations": ("", "-", "text", ""), "sums": ("1", "+1", "", ""),
        "fields": ("extra", ".b", "", ""), "optionalFields": ("extra", ".?b", "", ""),
        "indices": ("extra", "[0]", "", ""),
        "conditionals": ("true", "?1:true", "", ""), "conditions": ("", "(", "true", " ? true : false)"),
        "chain": ("true", "&&true", "", ""), "comparisons": ("1", "==1", "", ""),
        "loops": ("", "[1].map(x, ", "x", ")"), "chainedLoops": ("[1]", ".map(x, x)", "", ""),
        "filters": ("", "[1].exists(x, ", "true", ")"), "calls": ("", "string(", "1", ")"),
        "methods": ("'a'", ".trim()", "", ""), "bindings": ("", "cel.bind(x, 1, ", "x", ")"),
        "boundValues": ("", "cel.bind(x, ", "1", ", x)"), "optionals": ("", "optional.of(", "1", ")"),
        "mapped": ("", "optional.of(1).optMap(x, ", "x", ").value()"), "presence": ("has(extra", ".b", ")", ""),
        "indexed": ("", "extra[", "1", "]"), "memberships": ("", "1 in [", "1", "]"),
        "mixed": ("", "(1 + [1].map(x, -size([", "1", "]))[0])"), "unions": ("", "(false || ", "true", ")"),
    ]

    @Test(arguments: shapes.keys.sorted())
    func sixtyFourKilobytesOfNestingAreRefusedOrEvaluatedOnASmallStack(_ name: String) throws {
        let shape = try #require(Self.shapes[name])
        let room = 64 * 1_024 - shape.start.utf8.count - shape.middle.utf8.count
        let closed = room / (shape.part.utf8.count + shape.close.utf8.count)
        let sources = [
            Self.source(shape, closed, closed), Self.source(shape, room / shape.part.utf8.count, 0),
        ]
        #expect(sources.allSatisfy { $0.utf8.count <= 64 * 1_024 })
        for source in sources { SmallStack.run { exercise(source) } }
    }

    /// At every depth around the bound, where what is accepted is deepest.
    @Test(arguments: shapes.keys.sorted())
    func theDeepestThatIsAcceptedIsEvaluatedOnASmallStack(_ name: String) throws {
        let shape = try #require(Self.shapes[name])
        let deepest = (1...260).last { Self.environment.accepts(Self.source(shape, $0, $0)) } ?? 0
        #expect(deepest > 20, "\(name) \(deepest)")
        SmallStack.run { exercise(Self.source(shape, deepest, deepest)) }
    }

    private static func source(
        _ shape: (start: String, part: String, middle: String, close: String), _ parts: Int, _ closes: Int
    ) -> String {
        shape.start + String(repeating: shape.part, count: parts) + shape.middle
            + String(repeating: shape.close, count: closes)
    }

    private static let environment = CELEnvironment(variables: World.variables, isChecked: false)
}

extension CELEnvironment {
    fileprivate func accepts(_ source: String) -> Bool {
        if case .program = compile(source) { true } else { false }
    }
}

/// A thread with a small stack.
enum SmallStack {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    #if DEBUG
        static let bytes = 4 * 512 * 1_024
    #else
        static let bytes = 512 * 1_024
    #endif

    static func run(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, bytes)
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        let failure = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work)
        precondition(failure == 0, "a thread can be started")
        pthread_join(thread, nil)
        pthread_attr_destroy(&attributes)
    }
}
