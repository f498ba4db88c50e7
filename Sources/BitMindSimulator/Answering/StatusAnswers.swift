/// The answers about the service and the account.
enum StatusAnswers {
    /// - Parameter now: Since 1970.
    static func health(now: Duration) -> Answer {
        Answer(
            json: """
                {"status": "healthy", "service": "bitmind-simulator", "region": "loopback", \
                "timestamp": \(timestamp(now))}
                """)
    }

    static func status(permissions: Set<Permission>, now: Duration) -> Answer {
        let granted = Permission.allCases.filter(permissions.contains).map { json($0.rawValue) }
        let features = Permission.allCases.map { "\(json($0.rawValue)): \(permissions.contains($0))" }
        return Answer(
            json: """
                {"status": "operational", "client": {"name": "simulated client", "tier": "enterprise", \
                "permissions": [\(granted.joined(separator: ", "))]}, \
                "features": {\(features.joined(separator: ", ")), "zero_data_retention": true}, \
                "endpoints": {"image": "/image", "video": "/video", "batch_image": "/batch_image", \
                "batch_video": "/batch_video"}, "timestamp": \(timestamp(now))}
                """)
    }

    static func token(_ token: String, lifetime: Duration) -> Answer {
        let seconds = lifetime.components.seconds
        var answer = Answer(
            json: #"{"access_token": \#(json(token)), "token_type": "Bearer", "expires_in": \#(seconds)}"#)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    }

    /// Seconds since 1970 with five decimal digits, as in the API's answers.
    private static func timestamp(_ now: Duration) -> String {
        let fraction = String(now.components.attoseconds / 10_000_000_000_000)
        return "\(now.components.seconds)." + String(repeating: "0", count: 5 - fraction.count) + fraction
    }
}

/// The fields of an `application/x-www-form-urlencoded` body. If a name occurs twice, the last one counts.
func formFields(_ body: [UInt8]) -> [String: String] {
    var fields: [String: String] = [:]
    for pair in body.split(separator: UInt8(ascii: "&")) {
        let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? parts[1] : []
        fields[percentDecoded(parts[0])] = percentDecoded(value)
    }
    return fields
}

private func percentDecoded(_ bytes: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
        let digits = bytes[min(index + 1, bytes.endIndex)...].prefix(2)
        if bytes[index] == UInt8(ascii: "%"), digits.count == 2,
            let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        {
            result.append(byte)
            index += 3
        } else {
            result.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
            index += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}
