/// What the language offers beside facts: for documentation and completion.
public enum CELVocabulary {
    /// Some entries that belong together.
    public struct Group: Sendable {
        /// A heading.
        public let title: String
        /// In the order in which they are best read.
        public let entries: [Entry]
    }

    /// An operator, macro or function.
    public struct Entry: Sendable {
        /// An example of its use, `text.split(separator)`; what is in brackets may be left out.
        public let usage: String
        /// What it gives.
        public let result: String
        /// One line.
        public let about: String
        /// Functions of this entry, as ``FunctionLibrary`` names them.
        let functions: [String]

        init(_ usage: String, _ result: String, _ about: String, of functions: String...) {
            self.usage = usage
            self.result = result
            self.about = about
            self.functions = functions
        }
    }

    /// All of it.
    public static let groups = [operators, macros, texts, numbers, times, optionals, conversions]

    private static let operators = Group(
        title: "Operators",
        entries: [
            Entry("a == b, a != b", "bool", "numbers by value across types, texts by code points"),
            Entry("a < b, <=, >, >=", "bool", "of numbers, texts, bytes, bools, timestamps and durations"),
            Entry("a && b, a || b, !a", "bool", "an operand that decides does so even if the other one fails"),
            Entry("a ? b : c", "", "only the branch that is chosen is evaluated"),
            Entry("a + b, -, *, /, %", "", "of two numbers of one type; an overflow is an error"),
            Entry("a + b", "", "joins texts, bytes or lists; adds a duration to a time"),
            Entry("a in list, a in map", "bool", "whether it is an element, or a key"),
            Entry("record.field, map.key", "", "an error where there is none"),
            Entry("map[key], list[0]", "", "an error where there is none"),
            Entry("record.?field, map[?key]", "optional", "no value where there is none"),
            Entry("[a, b], {key: value}", "", "a list, a map; `?` before an optional drops an absent one"),
            Entry("'text', r'raw', b'bytes'", "", "also in double quotes; in three of either, over lines"),
            Entry("1, 0x1F, 1u, 1.5, null", "", "an int, ints in other forms, a double, nothing"),
        ])

    private static let macros = Group(
        title: "Macros",
        entries: [
            Entry("has(record.field)", "bool", "whether an optional field, or a key of a map, is there"),
            Entry("list.all(x, condition)", "bool", "whether it holds for every element, or key of a map"),
            Entry("list.exists(x, condition)", "bool", "whether it holds for some element"),
            Entry("list.exists_one(x, condition)", "bool", "whether it holds for exactly one; also existsOne"),
            Entry("list.filter(x, condition)", "list", "the elements for which it holds"),
            Entry("list.map(x, [condition,] value)", "list", "a value for each element, or for some of them"),
            Entry("map.all(key, value, condition)", "bool", "also exists, existsOne; of a list: index, element"),
            Entry("map.transformList(k, v, value)", "list", "a value for each entry; a condition may come first"),
            Entry("map.transformMap(k, v, value)", "map", "the same keys with other values"),
            Entry("map.transformMapEntry(k, v, {…})", "map", "other keys and values"),
            Entry("optional.optMap(x, value)", "optional", "a value made from the one that is there"),
            Entry("optional.optFlatMap(x, optional)", "optional", "an optional made from the one that is there"),
            Entry("cel.bind(x, value, expression)", "", "the expression with a name for a value"),
        ])

    private static let texts = Group(
        title: "Texts and collections (positions count code points, from 0)",
        entries: [
            Entry(
                "size(value), value.size()", "int", "code points of a text, bytes, elements, entries", of: "size",
                ".size"),
            Entry("text.contains(part)", "bool", "whether the part occurs", of: ".contains"),
            Entry("text.startsWith(part)", "bool", "whether it begins so", of: ".startsWith"),
            Entry("text.endsWith(part)", "bool", "whether it ends so", of: ".endsWith"),
            Entry(
                "text.matches(pattern)", "bool", "whether RE2 finds it anywhere; anchor with ^, $",
                of: ".matches", "matches"),
            Entry("text.charAt(position)", "string", "one code point", of: ".charAt"),
            Entry("text.indexOf(part[, from])", "int", "where it first occurs, or -1", of: ".indexOf"),
            Entry("text.lastIndexOf(part[, from])", "int", "where it last occurs, or -1", of: ".lastIndexOf"),
            Entry("text.substring(start[, end])", "string", "up to the end, exclusive", of: ".substring"),
            Entry("text.replace(old, new[, limit])", "string", "all occurrences, or the first so many", of: ".replace"),
            Entry("text.split(separator[, limit])", "list(string)", "the last piece holds the rest", of: ".split"),
            Entry("list.join([separator])", "string", "of texts", of: ".join"),
            Entry("text.lowerAscii(), upperAscii()", "string", "letters a to z only", of: ".lowerAscii", ".upperAscii"),
            Entry("text.trim()", "string", "without white space at both ends", of: ".trim"),
            Entry("text.reverse()", "string", "the code points in reverse", of: ".reverse"),
            Entry("text.format([value, …])", "string", "%s %d %f %e %b %o %x %X, %.2f, %%", of: ".format"),
            Entry("strings.quote(text)", "string", "in quotes, with escapes", of: "strings.quote"),
            Entry("list.first(), list.last()", "optional", "no value where the list is empty", of: ".first", ".last"),
            Entry(
                "base64.encode(bytes), decode(text)", "", "padding may be left out when decoding", of: "base64.encode",
                "base64.decode"),
        ])

    private static let numbers = Group(
        title: "Numbers",
        entries: [
            Entry(
                "math.greatest(a, …), math.least", "", "of its arguments, or of one list", of: "math.greatest",
                "math.least"),
            Entry("math.abs(a), math.sign(a)", "", "of the type of its argument", of: "math.abs", "math.sign"),
            Entry(
                "math.ceil(a), floor, round, trunc", "double", "round takes halves away from zero", of: "math.ceil",
                "math.floor", "math.round", "math.trunc"),
            Entry("math.sqrt(a)", "double", "the square root", of: "math.sqrt"),
            Entry(
                "math.isNaN(a), isInf, isFinite", "bool", "of a double", of: "math.isNaN", "math.isInf",
                "math.isFinite"),
            Entry(
                "math.bitAnd(a, b), bitOr, bitXor", "", "of two ints or two uints", of: "math.bitAnd", "math.bitOr",
                "math.bitXor"),
            Entry("math.bitNot(a)", "", "of an int or uint", of: "math.bitNot"),
            Entry(
                "math.bitShiftLeft(a, n), Right", "", "by n bits; zeros move in", of: "math.bitShiftLeft",
                "math.bitShiftRight"),
        ])

    private static let times = Group(
        title: "Times (the zone is UTC, or a second argument: 'Europe/London', '+02:00')",
        entries: [
            Entry("time.getFullYear([zone])", "int", "the year", of: ".getFullYear"),
            Entry("time.getMonth([zone])", "int", "0 to 11", of: ".getMonth"),
            Entry(
                "time.getDate([zone])", "int", "1 to 31; getDayOfMonth counts from 0", of: ".getDate", ".getDayOfMonth"),
            Entry("time.getDayOfWeek([zone])", "int", "0 is Sunday", of: ".getDayOfWeek"),
            Entry("time.getDayOfYear([zone])", "int", "0 to 365", of: ".getDayOfYear"),
            Entry("time.getHours([zone])", "int", "0 to 23; of a duration: all its hours", of: ".getHours"),
            Entry("time.getMinutes([zone])", "int", "0 to 59; of a duration: all its minutes", of: ".getMinutes"),
            Entry("time.getSeconds([zone])", "int", "0 to 59; of a duration: all its seconds", of: ".getSeconds"),
            Entry("time.getMilliseconds([zone])", "int", "within the second, 0 to 999", of: ".getMilliseconds"),
            Entry("timestamp('2026-01-31T08:00:00Z')", "timestamp", "RFC 3339, or seconds since 1970", of: "timestamp"),
            Entry("duration('1h30m')", "duration", "h, m, s, ms, us, ns and decimals", of: "duration"),
        ])

    private static let optionals = Group(
        title: "Optionals",
        entries: [
            Entry("optional.orValue(other)", "", "the value, or the other where there is none", of: ".orValue"),
            Entry("optional.or(optional)", "optional", "the first that has a value", of: ".or"),
            Entry("optional.hasValue()", "bool", "whether it has one", of: ".hasValue"),
            Entry("optional.value()", "", "an error where it has none", of: ".value"),
            Entry(
                "optional.of(value), optional.none()", "optional", "with a value, without", of: "optional.of",
                "optional.none"),
            Entry(
                "optional.ofNonZeroValue(value)", "optional", "none for 0, '', [], {}, false and null",
                of: "optional.ofNonZeroValue"),
            Entry(
                "optional.unwrap(list)", "list", "the values that are there; also list.unwrapOpt()",
                of: "optional.unwrap", ".unwrapOpt"),
        ])

    private static let conversions = Group(
        title: "Conversions (an error where the value does not fit)",
        entries: [
            Entry("int(a)", "int", "of a number, towards zero; of a text; of a timestamp, in seconds", of: "int"),
            Entry("uint(a), double(a)", "", "of a number or text", of: "uint", "double"),
            Entry("string(a)", "string", "of anything but lists, maps and null", of: "string"),
            Entry("bytes(text), bool(text)", "", "UTF-8; `true` or `false`", of: "bytes", "bool"),
            Entry("type(a)", "type", "to compare with int, string, list, map, null_type …", of: "type"),
            Entry("dyn(a)", "dyn", "the same value, its type unknown to the checker", of: "dyn"),
        ])
}
