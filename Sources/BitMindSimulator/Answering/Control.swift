internal import BitMindAPI

/// The simulator's own answers, below `/_simulator/`. They are not part of the API, and are not recorded.
enum Control {
    static func isFor(_ head: RequestHead) -> Bool { head.path.hasPrefix("/_simulator/") }

    static func answer(_ head: RequestHead, body: [UInt8], _ state: inout SimulatorState) -> Answer {
        switch (head.method, head.path) {
        case ("GET", "/_simulator/requests"): return Answer(json: state.record.text)
        case ("DELETE", "/_simulator/requests"):
            state.record.clear()
            return Answer(json: "{}")
        case ("POST", "/_simulator/behaviour"):
            let wrong = change(formFields(body), &state)
            return wrong.map { Answer(Refusal(400, $0), form: .error) } ?? Answer(json: "{}")
        default: return Answer(Refusal(404, "not found: \(head.path)"), form: .error)
        }
    }

    /// Changes the behaviour as a form says. Returns what is wrong with the form, in which case nothing
    /// changes.
    ///
    /// Fields: `fault` (a flag's name without dashes, or `none` to end all) with `next` or `rate` and
    /// `endpoint`; `latency-ms`; `requests-per-hour` (0: no limit); `permissions` (names with commas
    /// between); `client-secret` and `api-key` (empty: any); `revoke-tokens`.
    private static func change(_ fields: [String: String], _ state: inout SimulatorState) -> String? {
        var behaviour = state.behaviour
        for (name, value) in fields {
            switch (name, Int(value)) {
            case ("fault", _):
                guard setFault(value, fields, &behaviour) else { return "no such fault: \(value)" }
            case ("next", _), ("rate", _), ("endpoint", _), ("revoke-tokens", _): continue
            case ("latency-ms", let number?) where number >= 0: behaviour.latency = .milliseconds(number)
            case ("requests-per-hour", let number?) where number >= 0:
                behaviour.requestsPerHour = number == 0 ? nil : number
            case ("permissions", _):
                behaviour.permissions = Set(
                    value.split(separator: ",").compactMap { Permission(rawValue: String($0)) })
            case ("client-secret", _): behaviour.clientSecret = value.isEmpty ? nil : value
            case ("api-key", _): behaviour.apiKey = value.isEmpty ? nil : value
            default: return "not a field, or not a value of it: \(name)"
            }
        }
        state.behave { $0 = behaviour }
        if fields["revoke-tokens"] != nil { state.revokeTokens() }
        return nil
    }

    private static func setFault(
        _ name: String, _ fields: [String: String], _ behaviour: inout SimulatorBehaviour
    ) -> Bool {
        if name == "none" {
            behaviour.faults = []
            return true
        }
        guard let fault = Fault(rawValue: name) else { return false }
        var occasion = FaultRule.Occasion.always
        if let count = fields["next"].flatMap({ Int($0) }) { occasion = .next(count) }
        if let rate = fields["rate"].flatMap({ Double($0) }) { occasion = .rate(rate) }
        let endpoint = fields["endpoint"].flatMap { Endpoint(rawValue: $0) }
        behaviour.faults.append(
            FaultRule(fault, occasion, on: endpoint.map { [$0] } ?? FaultRule.fileEndpoints))
        return true
    }
}
