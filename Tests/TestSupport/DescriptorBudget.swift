package import Testing

/// Descriptors that tests may hold at once: half of a login's usual limit of 1,024. The other half is for the
/// tests that hold few.
private let budget = DescriptorBudget(count: 512)

/// Hands out a number of descriptors. The caller that waits longest is served first.
private actor DescriptorBudget {
    private var left: Int
    private var waiting: [(count: Int, turn: CheckedContinuation<Void, Never>)] = []

    init(count: Int) { left = count }

    func take(_ count: Int) async {
        if waiting.isEmpty, left >= count {
            left -= count
            return
        }
        await withCheckedContinuation { waiting.append((count, $0)) }
    }

    func giveBack(_ count: Int) {
        left += count
        while let first = waiting.first, left >= first.count {
            left -= first.count
            waiting.removeFirst()
            first.turn.resume()
        }
    }
}

/// Runs `body` once that many descriptors are free for it.
/// - Parameter count: the largest number that `body` holds; at most 512.
package func holding<Value: Sendable>(
    descriptors count: Int, _ body: () async throws -> Value
) async throws -> Value {
    precondition(count <= 512)
    await budget.take(count)
    do {
        let value = try await body()
        await budget.giveBack(count)
        return value
    } catch {
        await budget.giveBack(count)
        throw error
    }
}

/// Keeps the cases of a suite waiting until there are descriptors for them. All cases of all suites run side by
/// side: without this they need 2,000 descriptors at once.
package struct DescriptorsTrait: SuiteTrait, TestTrait, TestScoping {
    /// How many one case holds at most.
    let count: Int
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await holding(descriptors: count) { try await function() }
    }
}

extension Trait where Self == DescriptorsTrait {
    /// Each case holds at most that many descriptors; at most 512.
    package static func holds(descriptors count: Int) -> Self { Self(count: count) }
}
