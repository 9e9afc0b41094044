/// Stops what keeps failing.
extension Breaker {
    func judge(_ facts: PolicyFacts, _ ledger: RunLedger, into draft: inout DecisionDraft) {
        let groups = facts.groups(by: per)
        for fault in groups.faults { draft.add(.failed(.breaker, name, at: location, because: fault)) }
        for key in groups.keys {
            draft.add(judge(ledger.entries(in: RunGroup(location: location, key: key))))
        }
    }

    /// Looks at the last runs that ended, however long ago; runs in flight and refused ones say nothing yet.
    private func judge(_ runs: [RunLedger.Entry]) -> GuardFinding {
        let failed = runs.settledInOrder.suffix(max(0, of)).filter { $0.end?.outcome == .failed }.count
        let isOpen = failed >= failures
        return GuardFinding(
            .breaker, name, at: location, text: "breaker \(isOpen ? "open" : "closed") \(failed) of \(failures)",
            refusal: isOpen
                ? GuardFinding.Refusal(effect: verdict, detail: "\(failed) of the last \(of) runs failed") : nil)
    }
}
