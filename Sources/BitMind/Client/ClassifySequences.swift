extension BitMindClient {
    /// Asks for the verdicts of files as their paths come, several at once.
    ///
    /// - Parameters:
    ///   - paths: paths or `file://` URLs of images and videos; each file's first bytes tell which.
    ///   - concurrency: how many requests are under way at once, at least 1.
    ///   - report: told each path and what came of it, in the order in which they end; the next file
    ///     waits for it.
    /// - Throws: what the sequence throws. A file without a verdict is reported, and the others go on.
    public func classify<Paths: AsyncSequence<String, any Error>>(
        files paths: Paths, concurrency: Int = 8,
        report: (String, Result<Classification, APIError>) async -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (String, Result<Classification, APIError>).self) { group in
            var underWay = 0
            for try await path in paths {
                if underWay >= max(1, concurrency), let (path, result) = try await group.next() {
                    await report(path, result)
                    underWay -= 1
                }
                group.addTask { (path, await self.result(of: path)) }
                underWay += 1
            }
            for try await (path, result) in group { await report(path, result) }
        }
    }

    private func result(of path: String) async -> Result<Classification, APIError> {
        do throws(APIError) {
            return .success(try await classify(try await upload(path, nil)))
        } catch {
            return .failure(error)
        }
    }
}
