/// Did you mean …?
public enum Spelling {
    /// The candidate nearest to `word` by edits (insert, delete, replace, swap neighbours), or nil if none is near.
    ///
    /// Near means at most one edit for each three letters, so that short words do not attract each other. Of equally
    /// near candidates the first in the order of their bytes is given, whatever the order they come in.
    public static func nearest(_ word: String, among candidates: [String]) -> String? {
        let letters = Array(word.unicodeScalars)
        guard !letters.isEmpty, letters.count <= 64 else { return nil }
        let limit = max(1, letters.count / 3)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates where !candidate.hasSameBytes(as: word) {
            guard let distance = nearDistance(word, letters, candidate, limit) else { continue }
            let isBetter = best.map { known in
                distance < known.distance || distance == known.distance && candidate.precedes(known.candidate)
            }
            if isBetter ?? true { best = (distance, candidate) }
        }
        return best?.candidate
    }

    /// Nil if it is not near.
    private static func nearDistance(
        _ word: String, _ letters: [Unicode.Scalar], _ candidate: String, _ limit: Int
    ) -> Int? {
        if isSameIgnoringCase(word, candidate) { return 0 }
        let other = Array(candidate.unicodeScalars)
        guard abs(other.count - letters.count) <= limit else { return nil }
        let distance = distance(letters, other)
        return distance <= limit && distance < max(letters.count, other.count) ? distance : nil
    }

    private static func isSameIgnoringCase(_ left: String, _ right: String) -> Bool {
        left.lowercased().hasSameBytes(as: right.lowercased())
    }

    /// Damerau–Levenshtein distance in its optimal string alignment form.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
