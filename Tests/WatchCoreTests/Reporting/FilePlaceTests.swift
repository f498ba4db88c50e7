import BitMindAPI
import Testing
import WatchCore

/// What `status` says of a file that nothing is decided of.
@Suite struct FilePlaceTests {
    private static let path = RelativePath(Array("a.jpg".utf8))

    private static func sentence(_ bench: MachineBench) -> String {
        let next = MachineBench.epoch.advanced(by: .seconds(90))
        return FilePlace(bench.machine, path: path, found: MachineBench.epoch, nextTry: next).sentence
    }

    @Test(arguments: [
        (Identification.empty, "it is empty"),
        (.media(.png, complete: false), "the end of the PNG data is missing"),
        (.media(.mp4, complete: false), "the end of the MP4 data is missing"),
        (.unsupported("zero bytes"), "it begins with zero bytes"),
    ])
    func `an unfinished file says what is missing, and until when the service waits`(
        identification: Identification, words: String
    ) {
        var bench = MachineBench(.movedIn)
        bench.see(.sample(identification, size: identification == .empty ? 0 : 1000))
        let sentence = Self.sentence(bench)
        #expect(sentence.hasPrefix("settling: ") && sentence.contains(words), "\(sentence)")
        #expect(sentence.contains("next try at 11:08:10 UTC"), "\(sentence)")
    }

    @Test func `a file that changed again and again says how often, and when it is looked at next`() {
        var bench = MachineBench.uploading()
        for count in 1...3 {
            bench.tell(.answered(bench.submission, .changed))
            #expect(Self.sentence(bench).contains("it changed \(count) times") == (count > 1))
            bench.wake()
            bench.see(.sample())
            bench.tell(.started(bench.submission))
        }
    }

    @Test func `a file that a program has open says so`() {
        var bench = MachineBench(.movedIn)
        bench.see(.sample(writing: true))
        #expect(Self.sentence(bench).contains("a program has it open for writing"))
    }

    @Test func `a file that cannot be read or moved says why`() {
        #expect(Self.sentence(HoldingTests.unreadable()).hasPrefix("unreadable (Permission denied): "))
        #expect(Self.sentence(HoldingTests.immovable()).hasPrefix("unmovable (its folder): "))
    }
}
