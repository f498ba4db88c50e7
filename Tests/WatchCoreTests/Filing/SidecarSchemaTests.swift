import BitMindAPI
import Foundation
import Testing
import WatchCore

/// Holds `config/sidecar.schema.json` against real sidecars, by an implementation of JSON Schema that is not ours.
@Suite("Sidecar schema")
struct SidecarSchemaTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Prints "ok" or the error for each document of an array on standard input.
    private static let validator = """
        import json, sys
        try:
            from jsonschema import Draft202012Validator
        except ImportError:
            sys.exit("python3-jsonschema is missing: apt-get install python3-jsonschema")
        schema = json.load(open(sys.argv[1]))
        Draft202012Validator.check_schema(schema)
        for document in json.load(sys.stdin):
            errors = [error.message for error in Draft202012Validator(schema).iter_errors(document)]
            print(json.dumps(errors) if errors else "ok")
        """

    /// The validator's lines, one for each document.
    private func validate(_ documents: [JSONText]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let schema = Self.root.appending(path: "config/sidecar.schema.json").path
        process.arguments = ["-c", Self.validator, schema]
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // All of it fits into the pipe, so that writing first and reading then cannot lock.
        let bytes = JSONText.array(documents).serialized(sortedKeys: false, pretty: false)
        try #require(bytes.count < 60_000)
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
        try input.fileHandleForWriting.close()
        let lines = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(String(decoding: complaint, as: UTF8.self))")
        return String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `every form of sidecar fits the schema`() throws {
        let lines = try validate(SampleSidecar.all.map(\.json))
        #expect(lines == SampleSidecar.all.map { _ in "ok" })
    }

    @Test func `the schema refuses what is left out, added, of another type, or contradicts itself`() throws {
        let judged = SampleSidecar.judged.json
        let failed = try #require(SampleSidecar.all.last).json
        var spoiled: [JSONText] = []
        for sidecar in [judged, failed] {
            // In a failure the answer of the API is one that may be missing.
            for name in ["by", "media", "schema", "times", "verdict"] {
                spoiled.append(sidecar.with(name, nil))
            }
            spoiled.append(sidecar.with("more", .null))
            spoiled.append(sidecar.with("simulated", .bool(false)))
            for name in ["by", "media", "times"] {
                spoiled.append(sidecar.with(name, sidecar[name]?.with("more", .null)))
                spoiled.append(sidecar.with(name, .string("")))
            }
            spoiled.append(sidecar.with("media", sidecar["media"]?.with("sha256", .string("00"))))
            spoiled.append(sidecar.with("media", sidecar["media"]?.with("type", .string("text/plain"))))
            spoiled.append(
                sidecar.with("times", sidecar["times"]?.with("filed", .string("2026-11-23T19:41:02Z"))))
        }
        for name in ["api", "confidence", "isAI"] { spoiled.append(judged.with(name, nil)) }
        spoiled.append(judged.with("isAI", .bool(false)))
        spoiled.append(judged.with("verdict", .string("review")))
        spoiled.append(judged.with("verdict", .string("failed")))
        spoiled.append(judged.with("error", failed["error"]))
        spoiled.append(judged.with("confidence", .number("1.5")))
        spoiled.append(failed.with("confidence", .number("0.5")))
        spoiled.append(failed.with("error", failed["error"]?.with("code", .string("odd"))))
        let lines = try validate(spoiled)
        #expect(lines.count == spoiled.count)
        for (line, document) in zip(lines, spoiled) where line == "ok" {
            Issue.record(
                "accepted: \(String(decoding: document.serialized(sortedKeys: false, pretty: false), as: UTF8.self))"
            )
        }
    }

    @Test func `the schema has the fields that the table has, each with its form and its presence`() throws {
        let bytes = try Data(contentsOf: Self.root.appending(path: "config/sidecar.schema.json"))
        let schema = try SidecarSchema(JSONText(parsing: Array(bytes)))
        #expect(schema.fields().map(\.path).sorted() == Sidecar.fields.map(\.path).sorted())
        for (path, documented) in schema.fields() {
            let field = try #require(Sidecar.fields.first { $0.path == path })
            for member in try #require(field.shape.members) {
                #expect(documented[member.name] == member.value, "\(path): \(member.name)")
            }
            #expect(schema.presence(of: path, in: "A verdict") == .init(field.inVerdict), "\(path)")
            #expect(schema.presence(of: path, in: "A failure") == .init(field.inFailure), "\(path)")
        }
    }
}

/// What the document says of each field.
private struct SidecarSchema {
    private let whole: JSONText

    enum Presence { case required, optional, absent }

    init(_ whole: JSONText) { self.whole = whole }

    /// Every field, and its schema.
    func fields() -> [(path: String, schema: JSONText)] { fields(of: whole, below: "") }

    private func fields(of object: JSONText, below path: String) -> [(path: String, schema: JSONText)] {
        (object["properties"]?.members ?? []).flatMap { member in
            let schema = resolved(member.value)
            return [(path + member.name, schema)] + fields(of: schema, below: "\(path)\(member.name).")
        }
    }

    /// A schema with its references resolved.
    private func resolved(_ schema: JSONText) -> JSONText {
        guard let name = schema["$ref"]?.string?.split(separator: "/").last.map(String.init),
            let members = whole["$defs"]?[name]?.members
        else { return schema }
        return .object((schema.members ?? []) + members)
    }

    /// Whether the object of a field has it.
    /// - Parameter outcome: the title of one of the two forms.
    func presence(of path: String, in outcome: String) -> Presence {
        let form = whole["oneOf"]?.elements?.first { $0["title"]?.string == outcome }
        var (common, special) = (Optional(whole), form)
        var presence = Presence.optional
        for name in path.split(separator: ".").map(String.init) {
            if special?["properties"]?[name] == .bool(false) { return .absent }
            let required = [common, special].flatMap { $0?["required"]?.elements ?? [] }
            presence = required.contains(.string(name)) ? .required : .optional
            common = common?["properties"]?[name].map(resolved)
            special = special?["properties"]?[name]
        }
        return presence
    }
}

extension SidecarSchema.Presence {
    fileprivate init(_ presence: SidecarField.Presence) {
        switch presence {
        case .needed, .written: self = .required
        case .optional: self = .optional
        case .absent: self = .absent
        }
    }
}

extension JSONText {
    /// The object with a member put in place, added or (nil) removed.
    fileprivate func with(_ name: String, _ value: JSONText?) -> JSONText {
        guard case .object(let members) = self else { return self }
        let others = members.filter { $0.name != name }
        return .object(others + (value.map { [Member(name, $0)] } ?? []))
    }
}
