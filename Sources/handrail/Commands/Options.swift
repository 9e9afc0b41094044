internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}

extension ColourChoice: ExpressibleByArgument {}

/// `90s`, `2m`, or a time such as `2026-11-23T16:05:19Z`.
struct CutArgument: ExpressibleByArgument {
    let cut: Replay.Cut

    init?(argument: String) {
        if let time = Timestamp(rfc3339: argument) {
            cut = .time(time)
        } else if let offset = Duration(inWords: argument) {
            cut = .offset(offset)
        } else {
            return nil
        }
    }
}
