import Glibc
import LinuxSystem
import Subprocess
import TestSupport
import Testing

/// A file system of a certain kind, mounted for one test.
final class MountedFileSystem: Sendable {
    /// The kinds by what they do to inode numbers, links and renames.
    enum Kind: String, CaseIterable, Sendable {
        case sshfs, mergerfs
        case mergerfsPathHash = "mergerfs:path-hash"
        case mergerfsDevinoHash = "mergerfs:devino-hash"
        case mergerfsHybridHash = "mergerfs:hybrid-hash"
        case mergerfsPassthrough = "mergerfs:passthrough"
        case bindfs, gocryptfs, encfs
        case encfsParanoia = "encfs:paranoia"
        case ntfs3g = "ntfs-3g"
        case exfat = "exfat-fuse"
        case rclone, vfat, overlay, tmpfs, btrfs, xfs

        /// The requirements besides root: programs, and file systems of the kernel.
        private var needs: (programs: [String], kernel: [String]) {
            switch self {
            case .sshfs: (["sshfs"], ["fuse"])
            case .mergerfs, .mergerfsPathHash, .mergerfsDevinoHash, .mergerfsHybridHash, .mergerfsPassthrough:
                (["mergerfs"], ["fuse"])
            case .bindfs: (["bindfs"], ["fuse"])
            case .gocryptfs: (["gocryptfs"], ["fuse"])
            case .encfs, .encfsParanoia: (["encfs"], ["fuse"])
            case .ntfs3g: (["ntfs-3g", "mkntfs"], ["fuse"])
            case .exfat: (["mount.exfat-fuse", "mkfs.exfat"], ["fuse"])
            case .rclone: (["rclone", "fusermount3"], ["fuse"])
            case .vfat: (["mkfs.vfat"], ["vfat"])
            case .overlay: ([], ["overlay"])
            case .tmpfs: ([], ["tmpfs"])
            case .btrfs: (["mkfs.btrfs"], ["btrfs"])
            case .xfs: (["mkfs.xfs"], ["xfs"])
            }
        }

        /// What the machine lacks for it; nil if it can be mounted.
        var lack: String? {
            let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"]
            for program in needs.programs
            where !folders.contains(where: { access("\($0)/\(program)", X_OK) == 0 }) {
                return program
            }
            for name in needs.kernel where !MountedFileSystem.kernelKnows(name) {
                return "\(name) of the kernel"
            }
            if needs.kernel == ["fuse"], access("/dev/fuse", R_OK | W_OK) != 0 { return "/dev/fuse" }
            if usesImage, access("/dev/loop-control", R_OK | W_OK) != 0 { return "/dev/loop-control" }
            return nil
        }

        /// Whether it writes files to its source later. Until then, rclone shows a file that was renamed under both
        /// names.
        var isWrittenLater: Bool { self == .rclone }

        /// Whether names may be there for a while that were renamed or removed: they are kept in a cache.
        var showsOldNames: Bool { self == .sshfs || self == .rclone }

        private var usesImage: Bool {
            switch self {
            case .exfat, .vfat, .btrfs, .xfs: true
            default: false
            }
        }

        /// Mounts it on `$M`, from `$S`, with `$W` for all other files.
        fileprivate var script: String {
            switch self {
            case .sshfs:
                """
                printf '#!/bin/sh\\nexec /usr/lib/openssh/sftp-server\\n' > $W/ssh; chmod 755 $W/ssh
                sshfs -o ssh_command=$W/ssh here:$S $M
                """
            // The place of a new folder must not depend on the free space: moves would fail with EXDEV.
            case .mergerfs: "mergerfs -o category.create=ff $S:$W/b $M"
            case .mergerfsPathHash, .mergerfsDevinoHash, .mergerfsHybridHash, .mergerfsPassthrough:
                "mergerfs -o category.create=ff,inodecalc=\(rawValue.dropFirst("mergerfs:".count)) $S:$W/b $M"
            case .bindfs: "bindfs $S $M"
            case .gocryptfs:
                """
                echo secret > $W/word
                gocryptfs -q -nosyslog -init -scryptn 10 -passfile $W/word $S
                gocryptfs -q -nosyslog -passfile $W/word $S $M
                """
            case .encfs: "echo secret | encfs --standard -S $S $M"
            case .encfsParanoia: "echo secret | encfs --paranoia -S $S $M"
            case .ntfs3g: "truncate -s 200M $W/image; mkntfs -q -F -Q $W/image; ntfs-3g $W/image $M"
            case .exfat:
                """
                truncate -s 200M $W/image; mkfs.exfat $W/image
                L=$(losetup -f --show $W/image); echo $L > $W/loop; mount.exfat-fuse $L $M
                """
            case .rclone:
                "rclone mount $S $M --vfs-cache-mode writes --cache-dir $W/b --config /dev/null --daemon"
            case .vfat: "truncate -s 200M $W/image; mkfs.vfat $W/image; mount -o loop $W/image $M"
            case .overlay:
                """
                mount -t tmpfs tmpfs $W/b; mkdir $W/b/upper $W/b/work
                mount -t overlay overlay -o lowerdir=$S,upperdir=$W/b/upper,workdir=$W/b/work $M
                """
            case .tmpfs: "mount -t tmpfs tmpfs $M"
            case .btrfs: "truncate -s 200M $W/image; mkfs.btrfs -q $W/image; mount -o loop $W/image $M"
            case .xfs: "truncate -s 320M $W/image; mkfs.xfs -q $W/image; mount -o loop $W/image $M"
            }
        }
    }

    let kind: Kind
    /// The folder that it is mounted over.
    let scratch: DisasterScratch
    private let files: DisasterScratch
    /// The source folder, for kinds that show the files of a folder.
    var source: String { files.path + "/a" }

    init(_ kind: Kind) async throws {
        self.kind = kind
        scratch = try DisasterScratch()
        files = try DisasterScratch(named: "bitmind-source")
        for name in ["a", "b"] { try files.folder(name) }
        let variables = "set -e; W=\(files.path) S=\(files.path)/a M=\(scratch.path)\n"
        let end = try await Subprocess.run(
            .name("sh"), arguments: ["-c", "exec >/dev/null 2>&1; " + variables + kind.script], input: .none,
            output: .discarded, error: .discarded)
        try #require(
            end.terminationStatus.isSuccess, "\(kind) could not be mounted: \(end.terminationStatus)")
        try #require(try await until(within: 10) { try Self.device(scratch.path) != Self.device("/tmp") })
    }

    deinit {
        umount2(scratch.path, Int32(MNT_DETACH))
        if kind == .overlay { umount2(files.path + "/b", Int32(MNT_DETACH)) }
        if kind == .exfat { Self.detach(files.path) }
    }

    private static func detach(_ files: String) {
        do throws(SystemCallError) {
            let file = try DirectoryHandle.open(path: files).openFile(Array("loop".utf8))
            let device = String(decoding: try file.bytes(at: 0, count: 100).prefix { $0 > 32 }, as: UTF8.self)
            let number = open(device, O_RDONLY | O_CLOEXEC)
            // LOOP_CLR_FD
            if number >= 0 { _ = ioctl(number, 0x4C01, 0) }
            close(number)
        } catch {
            print("\(files): the loop device stays: \(error)")
        }
    }

    private static func device(_ path: String) throws -> UInt64 {
        try DirectoryHandle.open(path: path).status().device
    }

    fileprivate static func kernelKnows(_ name: String) -> Bool {
        do throws(SystemCallError) {
            let known = try DirectoryHandle.open(path: "/proc").openFile(Array("filesystems".utf8))
            return String(decoding: try known.bytes(at: 0, count: 65_536), as: UTF8.self)
                .split(whereSeparator: \.isWhitespace).contains { $0 == name }
        } catch {
            return false
        }
    }
}
