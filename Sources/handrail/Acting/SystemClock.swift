internal import HandrailCore
internal import HandrailEngine

/// The machine's time of day, behind the engine's port.
struct SystemClock: WallClock {
    var now: Timestamp { WallTime.now }
}
