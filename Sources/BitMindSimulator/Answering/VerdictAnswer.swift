/// The JSON of verdicts, correct or altered by a fault.
struct VerdictAnswer {
    var verdict: SimulatedVerdict
    /// The fault that alters it, if any.
    var fault: Fault?

    /// The object for one file.
    ///
    /// - Parameter extra: Further fields, as JSON text without the braces.
    func object(extra: String = "") -> String {
        var fields = ["\"isAI\": \(isAI)", "\"confidence\": \(confidence)"]
        if fault != .noProcessingTime {
            fields.append("\"processingTime\": \(quoted(verdict.processingTime))")
        }
        switch fault {
        case .deeplyNested:
            let depth = 200_000
            fields.append(
                "\"nested\": \(String(repeating: "[", count: depth))\(String(repeating: "]", count: depth))")
        case .extraFields:
            fields.append(
                #""model": "bm-2026.11", "explanation": {"regions": [[0.1, 1e-7]], "note": "\u00e9"}"#)
        default: break
        }
        if !extra.isEmpty { fields.append(extra) }
        return "{\(fields.joined(separator: ", "))}"
    }

    private var isAI: String {
        switch fault {
        case .atOdds: String(!verdict.isAI)
        case .wrongTypes: "\"\(verdict.isAI)\""
        default: String(verdict.isAI)
        }
    }

    private var confidence: String {
        switch fault {
        case .notANumber: "NaN"
        case .outOfRange: "1.7"
        case .wrongTypes: "true"
        case .longDigits: verdict.confidence + (verdict.confidence == "1.0000" ? "" : "0000000000000001")
        case .exponentDigits: exponential(verdict.confidence)
        default: quoted(verdict.confidence)
        }
    }

    private func quoted(_ number: String) -> String {
        fault == .batchStrings ? "\"\(number)\"" : number
    }

    /// 0.8234 as 8.234E-1: the same number in other digits.
    private func exponential(_ number: String) -> String {
        let digits = number.filter { $0 != "." }
        guard let first = digits.firstIndex(where: { $0 != "0" }) else { return "0E0" }
        let exponent = digits.distance(from: digits.startIndex, to: first)
        let rest = digits[digits.index(after: first)...]
        return "\(digits[first]).\(rest.isEmpty ? "0" : rest)E-\(exponent)"
    }
}

/// The answer to a batch.
struct BatchAnswer {
    /// The result of one file.
    enum Item: Sendable, Hashable {
        case verdict(SimulatedVerdict)
        case error(String)
        case missing
    }

    var items: [Item]
    var fault: Fault?
    /// As in `batch_img_1234567890`.
    var requestID: String
    /// The value of `total_time`, in seconds.
    var totalTime: Double

    var text: String {
        var entries = items.indices.compactMap(entry)
        if fault == .batchMissing { entries = entries.dropLast() }
        if fault == .batchShuffled {
            // A rotation by half of the entries: it moves every entry if there are two or more.
            entries = Array(entries[(entries.count / 2)...] + entries[..<(entries.count / 2)])
        }
        return """
            {"batch_results": [\(entries.joined(separator: ", "))], "batch_count": \(items.count), \
            "total_time": \(totalTime), "request_id": \(json(requestID))}
            """
    }

    private func entry(_ index: Int) -> String? {
        let isLast = index == items.count - 1
        var position = index
        if isLast, fault == .batchDuplicate { position = 0 }
        if isLast, fault == .batchOutOfRange { position = items.count }
        let digits = fault == .batchStrings ? "\"\(position)\"" : "\(position)"
        let field = isLast && fault == .batchUnplaced ? "" : "\"batch_position\": \(digits)"
        if isLast, fault == .batchError { return errorEntry("internal error", field) }
        switch items[index] {
        case .verdict(let verdict): return VerdictAnswer(verdict: verdict, fault: fault).object(extra: field)
        case .error(let message): return errorEntry(message, field)
        case .missing: return nil
        }
    }

    private func errorEntry(_ message: String, _ field: String) -> String {
        "{\"error\": \(json(message)), \(field)}"
    }
}
