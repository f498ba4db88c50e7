extension BitMindClient {
    /// Requests the verdicts of files as their paths arrive, several at once.
    ///
    /// - Parameters:
    ///   - paths: paths or `file://` URLs of images and videos. Each file's first bytes show its type.
    ///   - concurrency: the number of requests at once, at least 1.
    ///   - report: called with each path and its result, in the order in which the requests end. The next
    ///     file waits until it returns.
    /// - Throws: the errors of the sequence. A file without a verdict is reported, and the others continue.
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
