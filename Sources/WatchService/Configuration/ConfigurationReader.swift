import SystemPackage
package import WatchCore

/// Reads the configuration file.
package enum ConfigurationReader {
    /// The largest file that is read, in bytes: enough for some thousand watches, and a limit for
    /// `/dev/zero`.
    static let maximumSize = 1 << 20

    /// The configuration in the file at a path. Throws all its errors, in the order of the file. If the file
    /// cannot be read, throws a single error without a line.
    package static func read(path: String) throws(ConfigurationErrors) -> Configuration {
        try read(bytes: contents(of: path), fileName: path)
    }

    /// The configuration in bytes, as if they were the content of the named file. Throws as `read(path:)`
    /// does, every error with a line.
    /// - Parameter place: where a path leads, as in `ConfigurationDecoder.decode`.
    package static func read(
        bytes: [UInt8], fileName: String, place: (NamedPath) -> FolderPlace? = { _ in nil }
    ) throws(ConfigurationErrors) -> Configuration {
        let table = try ConfigurationSyntax.parse(bytes, fileName: fileName)
        return try ConfigurationDecoder.decode(table, file: fileName, place: place)
    }

    /// The line of a key in a table; nil if the file does not have it, or cannot be read now.
    static func line(of key: String, in table: String, path: String) -> Int? {
        do throws(ConfigurationErrors) {
            let file = try ConfigurationSyntax.parse(contents(of: path), fileName: path)
            guard case .table(let table)? = file.entries.first(where: { $0.key == table })?.value.content
            else {
                return nil
            }
            return table.entries.first { $0.key == key }?.position.line
        } catch {
            return nil
        }
    }

    static func contents(of path: String) throws(ConfigurationErrors) -> [UInt8] {
        func failure(_ sentence: String) -> ConfigurationErrors {
            ConfigurationErrors([ConfigurationError(file: path, position: nil, sentence: sentence)])
        }
        do {
            // Opened without blocking, so that a FIFO reads as an empty file and does not block the service.
            let file = try FileDescriptor.open(
                FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            let bytes = try file.closeAfter { try contents(of: file) }
            guard bytes.count <= maximumSize else {
                throw failure(
                    "is larger than 1 MiB, so it is no configuration; name another file with --config")
            }
            return bytes
        } catch let errors as ConfigurationErrors {
            throw errors
        } catch let errno as Errno {
            throw failure(remedy(for: errno))
        } catch {
            throw failure("cannot be read: \(error)")
        }
    }

    /// The whole file, or one byte more than the limit.
    private static func contents(of file: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= maximumSize {
            let room = min(1 << 16, maximumSize + 1 - bytes.count)
            let part = try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if part.isEmpty { break }
            bytes += part
        }
        return bytes
    }

    /// The commented example: its installed path, else its path in the source.
    private static var example: String {
        InstalledFiles.examples.map { $0 + "/bitmind-watch.toml" } ?? "config/bitmind-watch.toml"
    }

    private static func remedy(for errno: Errno) -> String {
        switch errno {
        case .noSuchFileOrDirectory, .notDirectory:
            "there is no such file; write one (the example is \(example)), or name it with --config"
        case .permissionDenied:
            "may not be read by this user; let the service's user read the file and enter its folders"
        case .isDirectory: "is a folder, not a file; name the file with --config"
        default: "cannot be read: \(errno)"
        }
    }
}
