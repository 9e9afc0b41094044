/// Findings about secrets and about who may approve.
extension FindingCase {
    static let acting: [FindingCase] = [
        FindingCase(
            name: "aSecretInLowerCase",
            old: #"""
                timeout: 1m30s
                """#,
            new: #"""
                timeout: 1m30s
                secrets: [HAPROXY_TOKEN, api_key]
                """#,
            expected: #"""
                runbooks/actions.yaml:32:26: error: the name of a secret is upper-case letters, digits and `_`, a letter first, and not `api_key`; did you mean `API_KEY`?
                    32 | secrets: [HAPROXY_TOKEN, api_key]
                       |                          ^~~~~~~
                """#),
        FindingCase(
            name: "aSecretThatIsNoName",
            old: #"""
                timeout: 1m30s
                """#,
            new: #"""
                timeout: 1m30s
                secrets: ["1 x"]
                """#,
            expected: #"""
                runbooks/actions.yaml:32:11: error: the name of a secret is upper-case letters, digits and `_`, a letter first, and not `1 x`
                    32 | secrets: ["1 x"]
                       |           ^~~~~
                """#),
        FindingCase(
            name: "aSecretThatTheLoaderReads",
            old: #"""
                timeout: 1m30s
                """#,
            new: #"""
                timeout: 1m30s
                secrets: [LD_PRELOAD, PATH]
                """#,
            expected: #"""
                runbooks/actions.yaml:32:11: error: `LD_PRELOAD` is not for secrets: it means something to the system
                    32 | secrets: [LD_PRELOAD, PATH]
                       |           ^~~~~~~~~~
                runbooks/actions.yaml:32:23: error: `PATH` is not for secrets: it means something to the system
                    32 | secrets: [LD_PRELOAD, PATH]
                       |                       ^~~~
                """#),
        FindingCase(
            name: "aSecretTwice",
            old: #"""
                timeout: 1m30s
                """#,
            new: #"""
                timeout: 1m30s
                secrets: [A, A]
                """#,
            expected: #"""
                runbooks/actions.yaml:32:14: error: secret `A` is named twice
                    32 | secrets: [A, A]
                       |              ^
                """#),
        FindingCase(
            name: "secretsThatAreNoList",
            old: #"""
                timeout: 1m30s
                """#,
            new: #"""
                timeout: 1m30s
                secrets: HAPROXY_TOKEN
                """#,
            expected: #"""
                runbooks/actions.yaml:32:10: error: `secrets` is a list, and this is a single value; did you mean `[HAPROXY_TOKEN]`?
                    32 | secrets: HAPROXY_TOKEN
                       |          ^~~~~~~~~~~~~
                """#),
        FindingCase(
            name: "anUnknownExclusion",
            old: #"""
                from: [sre], count: 1
                """#,
            new: #"""
                from: [sre], exclude: [autor]
                """#,
            expected: #"""
                policies/production.yaml:11:40: error: an entry of `exclude` is `author`, and not `autor`; did you mean `author`?
                    11 |     approval: { from: [sre], exclude: [autor], expires: 30m }
                       |                                        ^~~~~
                """#),
        FindingCase(
            name: "aRoleWithNobodyThatShouldApprove",
            old: #"""
                sre: [ada, grace]
                """#,
            new: #"""
                sre: []
                """#,
            expected: #"""
                policies/landscape.yaml:15:10: warning: role `sre` has nobody in it
                    15 | roles: { sre: [], payments: [linus] }
                       |          ^~~
                policies/production.yaml:11:37: error: nobody has the role `sre`, so nobody could approve
                    11 |     approval: { from: [sre], count: 1, expires: 30m }
                       |                                     ^
                """#),
        FindingCase(
            name: "anAuthorWhoMayBeTheOnlyOne",
            old: #"""
                from: [sre], count: 1
                """#,
            new: #"""
                from: [payments], exclude: [author]
                """#,
            expected: #"""
                policies/production.yaml:11:44: warning: if the author is one of the roles' people, nobody is left to approve
                    11 |     approval: { from: [payments], exclude: [author], expires: 30m }
                       |                                            ^~~~~~~~
                """#),
        FindingCase(
            name: "anAuthorAmongTwoOfTwo",
            old: #"""
                from: [sre], count: 1
                """#,
            new: #"""
                from: [sre], count: 2, exclude: [author]
                """#,
            expected: #"""
                policies/production.yaml:11:49: warning: if the author is one of the roles' people, only 1 left, and 2 must approve
                    11 |     approval: { from: [sre], count: 2, exclude: [author], expires: 30m }
                       |                                                 ^~~~~~~~
                """#),
        FindingCase(
            name: "moreThanAllPeople",
            old: #"""
                from: [sre], count: 1
                """#,
            new: #"""
                count: 4
                """#,
            expected: #"""
                policies/production.yaml:11:24: error: 4 people must approve, and the roles have 3
                    11 |     approval: { count: 4, expires: 30m }
                       |                        ^
                """#),
    ]
}
