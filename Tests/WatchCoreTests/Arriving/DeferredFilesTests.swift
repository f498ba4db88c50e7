import Testing
import WatchCore

@Suite struct DeferredFilesTests {
    private let start = ContinuousClock.now
    private let a = RelativePath(Array("a".utf8))
    private let b = RelativePath(Array("a/b".utf8))

    @Test
    func `files that can't be read are looked at again ever more seldom, those of a kind when it may go`() {
        var files = DeferredFiles()
        for _ in 0..<3 { files.add(.video, in: a, at: start) }
        #expect(files.next == nil && files.count == 3)
        var now = start
        var waits: [Int] = []
        for _ in 0..<7 {
            files.add(.held, in: b, at: now)
            files.add(.held, in: b, at: now)
            let next = files.next ?? now
            #expect(files.takeDue(at: next - .milliseconds(1)).isEmpty)
            #expect(files.takeDue(at: next) == [b: 2])
            waits.append(Int((next - now) / .seconds(1)))
            now = next
        }
        #expect(waits == [30, 60, 120, 240, 480, 600, 600])
        #expect(files.count == 3 && files.take(.video) == [a: 3] && files.count == 0)
    }

    @Test func `a folder whose permissions have changed is looked at, and those below it`() {
        var files = DeferredFiles()
        let other = RelativePath(Array("other".utf8))
        for folder in [a, b, b, other] { files.add(.held, in: folder, at: start) }
        files.add(.unfinished, in: a, at: start)
        #expect(files.byFolder[b] == .held)
        #expect(files.takeHeld(inside: [a]) == [a: 1, b: 2])
        #expect(files.count == 2 && files.reasons(in: a) == [.unfinished: 1])
        files.removeAll()
        #expect(files.count == 0 && files.byFolder.isEmpty)
    }
}
