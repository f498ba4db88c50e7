/// Wrong configurations, and the expected errors of each.
///
/// They are written as in a file: `# ` begins one with its name, `→ ` begins each expected line, after the
/// text, without the name of the file.
enum WrongConfigurations {
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var text: String
        var errors: [String]

        var description: String { name }
    }

    static let all = [keys, values, places, credentials, syntax].flatMap(cases)

    static func cases(in text: String) -> [Case] {
        var cases: [Case] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# ") {
                cases.append(Case(name: String(line.dropFirst(2)), text: "", errors: []))
            }
            guard !cases.isEmpty else { continue }
            if line.hasPrefix("→ ") {
                cases[cases.count - 1].errors.append(String(line.dropFirst(2)))
            } else if cases[cases.count - 1].errors.isEmpty {
                cases[cases.count - 1].text += line + "\n"
            }
        }
        return cases
    }
}
