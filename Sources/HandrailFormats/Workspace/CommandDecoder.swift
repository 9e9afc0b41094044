internal import CEL
internal import HandrailCore

/// Decodes argv lists, and explains to whoever writes a command line why there is none.
struct CommandDecoder {
    let reading: Reading

    func command(_ node: YAMLNode, _ what: String, in environment: CELEnvironment) -> Command? {
        guard case .sequence(let items) = node.content else {
            refuse(node, what)
            return nil
        }
        guard let first = items.first else {
            reading.error("empty-command", "\(what) names no executable", at: node)
            return nil
        }
        let arguments = items.compactMap { reading.template($0, "an argument", in: environment) }
        guard arguments.count == items.count else { return nil }
        guard arguments[0].isLiteral, !arguments[0].source.utf8.isEmpty else {
            reading.error(
                "executable-not-literal", "the executable must be written out: no fact may choose what runs", at: first)
            return nil
        }
        warnAboutShell(arguments, first)
        return Command(arguments: arguments, location: reading.location(node))
    }

    private func refuse(_ node: YAMLNode, _ what: String) {
        guard let line = node.text, !line.utf8.isEmpty else {
            reading.error("not-an-argv", "\(what) is a list of arguments, and this is \(node.kindInWords)", at: node)
            return
        }
        let words = line.split { $0 == " " || $0 == "\n" || $0 == "\t" }.map(String.init)
        let needsShell = line.utf8.contains { "|&;<>*?`~\\\"'".utf8.contains($0) }
        var notes = ["there is no shell: each argument is one element of a list"]
        if needsShell {
            notes.append("put what needs a shell into a script of its own, and run that")
        } else if line.utf8.count <= 80 {
            notes.append("write [\(words.map(Self.element).joined(separator: ", "))]")
        }
        reading.error(
            "not-an-argv", "\(what) is a list of arguments, and this is a command line", at: node, notes: notes)
    }

    private static func element(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isPlain ? word : "\"\(word)\""
    }

    /// `sh -c` with an expression in its script hands what an alert says to a shell.
    private func warnAboutShell(_ arguments: [CELTemplate], _ first: YAMLNode) {
        let name = arguments[0].source.split(separator: "/").last.map(String.init) ?? ""
        guard ["sh", "bash", "dash", "zsh", "ksh", "ash"].contains(name),
            let flag = arguments.firstIndex(where: { $0.source.hasPrefix("-") && $0.source.hasSuffix("c") }),
            arguments.indices.contains(flag + 1), !arguments[flag + 1].isLiteral
        else { return }
        reading.error(
            "shell-injection", "a shell would read the text of an alert as a script", at: first,
            notes: ["pass the value as an argument behind the script: [sh, -c, 'echo \"$1\"', sh, \"${value}\"]"])
    }
}
