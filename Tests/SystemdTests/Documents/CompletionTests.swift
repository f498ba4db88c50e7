import Testing

/// The completions that are installed are those of the programs as they are.
@Suite struct CompletionTests {
    @Test(arguments: ["bitmind-watch", "bitmind-simulator"], ["bash", "zsh", "fish"])
    func `the completions of a shell are those that the program writes`(
        program: String, shell: String
    ) async throws {
        let written = try await Tool.run(
            "\(Tool.programs)/\(program)", ["--generate-completion-script", shell])
        let installed = try Tool.text("config/completions/\(program).\(shell)")
        #expect(
            installed == written.output,
            "\(program) --generate-completion-script \(shell) >config/completions/\(program).\(shell)")
    }
}
