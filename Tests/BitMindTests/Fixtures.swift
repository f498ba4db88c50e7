import BitMind
import Glibc
import Synchronization

/// Credentials that a test sets and changes.
final class FixedCredentials: CredentialSource {
    private let value: Mutex<Credentials?>
    private let reads = Mutex(0)

    init(_ credentials: Credentials?) { value = Mutex(credentials) }

    static var oauth: FixedCredentials {
        FixedCredentials(.oauth(clientID: Secret("the-client"), secret: Secret("s3cret/+&= ü")))
    }

    var readCount: Int { reads.withLock { $0 } }
    func set(_ credentials: Credentials?) { value.withLock { $0 = credentials } }

    func credentials() -> Credentials? {
        reads.withLock { $0 += 1 }
        return value.withLock { $0 }
    }
}

/// A body that a test's closure provides.
struct ScriptedBody: BodySource {
    var size: Int64
    var fill: @Sendable (UnsafeMutableRawBufferPointer, Int64) throws -> Int

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try fill(buffer, offset)
    }

    /// Zeros.
    static func zeros(_ size: Int64) -> ScriptedBody {
        ScriptedBody(size: size) { buffer, offset in
            let count = Int(min(Int64(buffer.count), size - offset))
            buffer.prefix(count).withMemoryRebound(to: UInt8.self) { $0.update(repeating: 0) }
            return count
        }
    }
}

extension Upload {
    static func jpeg(_ bytes: [UInt8] = [0xFF, 0xD8, 1, 2, 3, 0xFF, 0xD9], name: String = "a.jpg") -> Upload {
        Upload(type: .jpeg, fileName: name, body: BytesBody(bytes))
    }
}

extension BitMindClient {
    static func of(
        _ server: ScriptedServer,
        credentials: any CredentialSource = FixedCredentials(.apiKey(Secret("enterprise-1"))),
        _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> BitMindClient {
        var configuration = Configuration(baseURL: server.baseURL)
        configuration.requestTimeout = .seconds(20)
        configuration.userAgent = "bitmind-watch/0.1.0"
        change(&configuration)
        return try BitMindClient(configuration: configuration, credentials: credentials)
    }

    /// The error that a classification ends with; nil for none.
    func failure(_ upload: Upload) async -> APIError? {
        do {
            _ = try await classify(upload)
            return nil
        } catch {
            return error
        }
    }
}

/// Looks again and again, at most ten seconds, until something is true.
func eventually(_ condition: () -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(2))
    }
    return condition()
}

/// A gate that threads wait at until a test opens it, or the other way round.
final class Latch: Sendable {
    private let state = Mutex(false)

    var isOpen: Bool { state.withLock { $0 } }
    func open() { state.withLock { $0 = true } }

    /// Waits at most a minute. It blocks, so it is for threads of a script.
    func wait() {
        let end = ContinuousClock.now + .seconds(60)
        while !isOpen, ContinuousClock.now < end { usleep(1_000) }
    }
}

/// A number that threads count up.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
