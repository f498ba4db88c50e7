import Glibc

extension Inotify {
    /// A watched folder, by the number from the kernel. The number is not reused while the process runs.
    package struct Watch: Hashable, Sendable {
        package var rawValue: CInt

        /// The watch of a number.
        package init(rawValue: CInt) {
            self.rawValue = rawValue
        }
    }

    /// What happened: one or more flags, named as in inotify(7).
    package struct EventMask: OptionSet, Hashable, Sendable {
        package var rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        private init(_ bits: some BinaryInteger) {
            self.init(rawValue: UInt32(truncatingIfNeeded: bits))
        }

        /// An entry was made, or linked here. The writer may not have written anything yet.
        package static let create = EventMask(IN_CREATE)
        /// A file that was open for writing was closed.
        package static let closeWrite = EventMask(IN_CLOSE_WRITE)
        /// A file's content changed, or the modification time of a file or folder was set alone.
        package static let modify = EventMask(IN_MODIFY)
        /// An entry was renamed away from here. The event of its new place has the same `cookie`.
        package static let movedFrom = EventMask(IN_MOVED_FROM)
        /// An entry was renamed to here.
        package static let movedTo = EventMask(IN_MOVED_TO)
        /// An entry was removed.
        package static let delete = EventMask(IN_DELETE)
        /// Permissions, owner, times or the number of links changed.
        package static let attrib = EventMask(IN_ATTRIB)
        /// The watched folder itself was removed. This event arrives only once no process holds the folder
        /// open. The parent's `delete` event, and a link count of 0, report the removal at once.
        package static let deleteSelf = EventMask(IN_DELETE_SELF)
        /// The watched folder itself was renamed. It is still watched.
        package static let moveSelf = EventMask(IN_MOVE_SELF)
        /// A file was read, or a folder listed. Not requested.
        package static let access = EventMask(IN_ACCESS)
        /// Not requested.
        package static let open = EventMask(IN_OPEN)
        /// A file or folder that was not open for writing was closed. Not requested.
        package static let closeNoWrite = EventMask(IN_CLOSE_NOWRITE)
        /// The entry is a folder.
        package static let isFolder = EventMask(IN_ISDIR)
        /// Events of any watch were lost. The event's own watch is -1.
        package static let queueOverflow = EventMask(IN_Q_OVERFLOW)
        /// The watch is gone: it was removed, its folder was removed, or its file system was unmounted.
        package static let ignored = EventMask(IN_IGNORED)
        /// The file system was unmounted.
        package static let unmounted = EventMask(IN_UNMOUNT)

        /// The events that every watch requests.
        static let watched: EventMask = [
            .create, .closeWrite, .modify, .movedFrom, .movedTo, .delete, .attrib,
            .deleteSelf, .moveSelf,
            // A path that is no longer a folder is refused. Entries that are removed but still open cause no
            // events.
            EventMask(IN_ONLYDIR), EventMask(IN_EXCL_UNLINK),
        ]
    }

    /// One event, about an entry of a watched folder or the folder itself.
    package struct Event: Hashable, Sendable {
        package var watch: Watch
        package var mask: EventMask
        /// The same number in both events of a rename; 0 in all other events.
        package var cookie: UInt32
        /// The entry's raw bytes; empty if the event is about the folder itself.
        package var name: [UInt8]

        /// An event from its parts.
        package init(watch: Watch, mask: EventMask, cookie: UInt32, name: [UInt8]) {
            self.watch = watch
            self.mask = mask
            self.cookie = cookie
            self.name = name
        }
    }

    /// The events in the bytes read: 16 bytes each (watch, mask, cookie, length of the name), then the name,
    /// padded with NULs.
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
