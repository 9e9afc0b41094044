import Foundation
import HandrailCore
import Testing

@testable import HandrailFormats

@Suite("RFC 3339")
struct RFC3339Tests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00z", 0), ("1970-01-01T01:00:00+01:00", 0),
            ("1969-12-31T23:59:59.999Z", -1), ("2026-11-23T16:00:42.424+00:00", 1_795_449_642_424),
            ("2026-11-23T16:00:42.4249999999999999999999999999999999999Z", 1_795_449_642_424),
            ("2026-11-23T16:00:42.4Z", 1_795_449_642_400),
            ("2026-11-23T16:00:42-23:59", 1_795_449_642_000 + 86_340_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("1970-01-01T00:00:00-00:00", 0),
        ] as [(String, Int64)])
    func aTimeIsReadExactly(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-23", "2026-11-23T16:00:42", "2026-11-23 16:00:42Z", "2026-11-23T16:00Z",
        "2026-11-23T16:00:42.Z",
        "2026-11-23T16:00:42.4", "2026-11-23T16:00:42+1:00", "2026-11-23T16:00:42+0100", "2026-11-23T16:00:42+24:00",
        "2026-11-23T16:00:42+01:60", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "+2026-01-01T00:00:00Z", "-026-01-01T00:00:00Z",
        "20260-01-01T00:00:00Z", "2026-01-01T00:00:00ZZ", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z\n",
        "２026-01-01T00:00:00Z", "2026-01-01T00:00:00.1eZ", "now",
    ])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: [
        "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2024-02-29T23:59:59.001Z", "0000-01-01T00:00:00.000Z",
        "0000-02-29T12:00:00.000Z", "1900-03-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
    ])
    func aTimeIsWrittenAsItIsRead(text: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == text)
    }

    @Test func aTimeThatHasNoFourDigitYearIsWrittenAsTheNearest() {
        #expect(Timestamp.distantPast.rfc3339 == "0000-01-01T00:00:00.000Z")
        #expect(Timestamp.distantFuture.rfc3339 == "9999-12-31T23:59:59.999Z")
    }

    @Test func everyDayOfSevenCenturiesFollowsTheOneBefore() throws {
        var expected: Int64 = try #require(Timestamp(rfc3339: "1600-01-01T00:00:00Z")).milliseconds
        #expect(expected == -11_676_096_000_000)
        for year in 1600..<2300 {
            for month in 1...12 {
                for day in 1...31 {
                    let text = String(format: "%04d-%02d-%02dT00:00:00Z", year, month, day)
                    guard let time = Timestamp(rfc3339: text) else { continue }
                    #expect(time.milliseconds == expected)
                    #expect(time.rfc3339.prefix(19) == text.prefix(19))
                    expected += 86_400_000
                }
            }
        }
        #expect(Timestamp(rfc3339: "2300-01-01T00:00:00Z")?.milliseconds == expected)
    }
}
