import BitMind
import Foundation
import Testing

/// The programs of the documentation: here they are compiled and run, there they are read, and both are
/// the same.
struct DocumentationTests {
    /// Each line of code in the page, without its indentation.
    private static func page() throws -> [String] {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/BitMind/BitMind.docc/BitMind.md")
        return try lines(of: sources)
    }

    private static func lines(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    @Test func `the documentation's programs are the ones that are compiled here`() throws {
        let compiled = Set(try Self.lines(of: URL(fileURLWithPath: #filePath)))
        var isCode = false
        var count = 0
        for line in try Self.page() {
            if line.hasPrefix("```") {
                isCode = line == "```swift"
            } else if isCode {
                count += 1
                let isHere = compiled.contains(line) || line == "import BitMind"
                #expect(isHere, "not compiled: \(line)")
            }
        }
        #expect(count > 20)
    }

    @Test func `the documentation's programs run`() async throws {
        let server = try ScriptedServer(answering: { _ in .verdict })
        let folder = try TemporaryFolder()
        let path = folder.write([0xFF, 0xD8, 0xFF, 0xE0], to: "a.jpg")
        try await CommandLine.$arguments.withValue(["program", path, "/no/such"]) {
            try await Program.main(BitMindClient.of(server))
        }
        #expect(server.requests.count == 1)
    }
}

/// Stands in for the program's own.
private enum CommandLine {
    @TaskLocal static var arguments: [String] = []
}

private enum Program {
    static func main(_ client: BitMindClient) async throws {
        for path in CommandLine.arguments.dropFirst() {
            do {
                let result = try await client.classify(image: path)
                print(path, result.verdict.isAI ? "ai" : "human", result.verdict.confidenceText)
            } catch {
                print(path, "no verdict:", error)
            }
        }
        await client.shutdown()
    }

    static func make() throws -> BitMindClient {
        let client = try BitMindClient(
            configuration: .init(),
            credentials: EnvironmentCredentials(method: .oauth))
        return client
    }

    func isAI(_ chunks: AsyncStream<[UInt8]>, _ client: BitMindClient) async throws -> Bool {
        try await client.classify(chunks: chunks, upTo: 100_000_000).verdict.isAI
    }

    static func batch(_ client: BitMindClient) async throws {
        let results = try await client.classify(images: ["a.jpg", "b.png"])
        for result in results {
            switch result {
            case .success(let classification): print(classification.verdict.isAI)
            case .failure(let error) where error.blame == .file: print("refused:", error.message)
            case .failure(let error): print("ask again for this one:", error.message)
            }
        }
    }
}
