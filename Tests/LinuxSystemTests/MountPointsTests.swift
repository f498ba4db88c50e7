import Glibc
import LinuxSystem
import Testing

@Suite("Mount points")
struct MountPointsTests {
    @Test func `nothing has changed where nothing was mounted, and a missing folder below says nothing`()
        throws
    {
        let scratch = try ScratchFolder()
        var mounts = MountPoints()
        #expect(mounts.changes(below: scratch.handle).isEmpty)
        #expect(mounts.changes(below: scratch.handle).isEmpty)
    }

    @Test func `below the root of all, what is mounted is found once`() throws {
        var mounts = MountPoints()
        let found = mounts.changes(below: try DirectoryHandle.open(path: "/"))
        #expect(found.contains(Array("proc".utf8)))
        #expect(mounts.changes(below: try DirectoryHandle.open(path: "/")).isEmpty)
    }
}
