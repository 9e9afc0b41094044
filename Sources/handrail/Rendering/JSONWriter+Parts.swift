internal import HandrailFormats

extension JSONWriter {
    mutating func optional(_ text: String?) {
        if let text { value(text) } else { null() }
    }

    mutating func optional(_ number: Int?) {
        if let number { value(number) } else { null() }
    }

    mutating func strings(_ texts: [String]) {
        array { array in
            for text in texts { array.value(text) }
        }
    }
}
