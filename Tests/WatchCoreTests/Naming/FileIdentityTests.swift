import Testing
import WatchCore

@Suite("FileIdentity")
struct FileIdentityTests {
    static func identity(
        device: UInt64 = 1, inode: UInt64 = 2, size: Int64 = 3, modified: Int32 = 4, changed: Int32 = 5
    ) -> FileIdentity {
        FileIdentity(
            device: device, inode: inode, size: size,
            modified: Timestamp(seconds: 100, nanoseconds: modified),
            changed: Timestamp(seconds: 100, nanoseconds: changed))
    }

    /// Another identity, whether it is the same file, and whether it is so but for the change time.
    static let others: [(FileIdentity, same: Bool, butForChangeTime: Bool)] = [
        (identity(), true, true), (identity(changed: 6), true, true), (identity(modified: 5), true, false),
        (identity(size: 4), true, false), (identity(inode: 3), false, false),
        (identity(device: 2), false, false),
    ]

    @Test(arguments: others)
    func `no single field shows that a file is the same`(
        other: FileIdentity, same: Bool, butForChangeTime: Bool
    ) {
        #expect(Self.identity().isSameFile(as: other) == same)
        #expect(Self.identity().isSameButForChangeTime(as: other) == butForChangeTime)
    }

    /// The nanoseconds of the stamp, how long after it the file was looked at, and whether it proves anything.
    static let stamps: [(Int32, Duration, Bool)] = [
        (4, .zero, false), (4, .milliseconds(50), false), (4, .milliseconds(51), true),
        (4, .seconds(-1), false),
        // A file system that knows whole seconds only, some of them every other one.
        (0, .milliseconds(51), false), (0, .seconds(2), false), (0, .milliseconds(2001), true),
    ]

    @Test(arguments: stamps)
    func `a stamp proves nothing while another write would leave the same`(
        nanoseconds: Int32, later: Duration, isReliable: Bool
    ) {
        let identity = Self.identity(modified: nanoseconds)
        #expect(identity.isModificationTimeReliable(at: identity.modified.advanced(by: later)) == isReliable)
    }
}
