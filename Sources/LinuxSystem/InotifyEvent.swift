import Glibc

extension Inotify {
    /// A watched folder, by the number that the kernel gave it; not given again while the process lives.
    package struct Watch: Hashable, Sendable {
        package var rawValue: CInt

        /// The watch of a number.
        package init(rawValue: CInt) {
            self.rawValue = rawValue
        }
    }

    /// What happened, one or more of these, named as inotify(7) names them.
    package struct EventMask: OptionSet, Hashable, Sendable {
        package var rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        private init(_ bits: some BinaryInteger) {
            self.init(rawValue: UInt32(truncatingIfNeeded: bits))
        }

        /// An entry was made, or linked here; the writer may not have begun yet.
        package static let create = EventMask(IN_CREATE)
        /// A file that was open for writing was closed.
        package static let closeWrite = EventMask(IN_CLOSE_WRITE)
        /// A file's content changed, or the modification time of a file or folder was set alone.
        package static let modify = EventMask(IN_MODIFY)
        /// An entry was renamed away from here; the same `cookie` stands where it went to.
        package static let movedFrom = EventMask(IN_MOVED_FROM)
        /// An entry was renamed to here.
        package static let movedTo = EventMask(IN_MOVED_TO)
        /// An entry was removed.
        package static let delete = EventMask(IN_DELETE)
        /// Permissions, owner, times or the number of links changed.
        package static let attrib = EventMask(IN_ATTRIB)
        /// The watched folder itself was removed. It comes only when nobody holds it open any more; the
        /// parent's `delete`, and a link count of 0, tell it at once.
        package static let deleteSelf = EventMask(IN_DELETE_SELF)
        /// The watched folder itself was renamed; it goes on being watched.
        package static let moveSelf = EventMask(IN_MOVE_SELF)
        /// A file was read, or a folder listed. Not asked for.
        package static let access = EventMask(IN_ACCESS)
        /// Not asked for.
        package static let open = EventMask(IN_OPEN)
        /// A file or folder that was not open for writing was closed. Not asked for.
        package static let closeNoWrite = EventMask(IN_CLOSE_NOWRITE)
        /// The entry is a folder.
        package static let isFolder = EventMask(IN_ISDIR)
        /// Events were lost, for any watch; the event's own watch is -1.
        package static let queueOverflow = EventMask(IN_Q_OVERFLOW)
        /// The watch is gone: taken back, its folder removed, or its file system unmounted.
        package static let ignored = EventMask(IN_IGNORED)
        /// The file system was unmounted.
        package static let unmounted = EventMask(IN_UNMOUNT)

        /// What every watch asks for.
        static let watched: EventMask = [
            .create, .closeWrite, .modify, .movedFrom, .movedTo, .delete, .attrib,
            .deleteSelf, .moveSelf,
            // A path that turned into something else is no folder; entries removed but still open are silent.
            EventMask(IN_ONLYDIR), EventMask(IN_EXCL_UNLINK),
        ]
    }

    /// One event, about an entry of a watched folder or the folder itself.
    package struct Event: Hashable, Sendable {
        package var watch: Watch
        package var mask: EventMask
        /// The same in both halves of a rename; 0 elsewhere.
        package var cookie: UInt32
        /// The entry's raw bytes; empty where the event is about the folder itself.
        package var name: [UInt8]

        /// An event from its parts.
        package init(watch: Watch, mask: EventMask, cookie: UInt32, name: [UInt8]) {
            self.watch = watch
            self.mask = mask
            self.cookie = cookie
            self.name = name
        }
    }

    /// The events in what was read: 16 bytes each (watch, mask, cookie, length of the name), then the name,
    /// which is padded with NULs.
    static func events(in bytes: [UInt8]) -> [Event] {
        bytes.withUnsafeBytes { bytes in
            var events: [Event] = []
            var rest = bytes[...]
            while rest.count >= 16 {
                let record = UnsafeRawBufferPointer(rebasing: rest)
                let length = 16 + Int(record.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
                events.append(
                    Event(
                        watch: Watch(rawValue: record.loadUnaligned(as: CInt.self)),
                        mask: EventMask(rawValue: record.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
                        cookie: record.loadUnaligned(fromByteOffset: 8, as: UInt32.self),
                        name: Array(record.prefix(length).dropFirst(16).prefix { $0 != 0 })))
                rest = rest.dropFirst(length)
            }
            return events
        }
    }
}
