import SystemPackage
package import WatchCore

/// Reads the configuration file.
package enum ConfigurationReader {
    /// The largest file that is read, in bytes: some thousand watches, and an end to `/dev/zero`.
    static let maximumSize = 1 << 20

    /// The configuration in the file at a path. Throws everything that is wrong with it, in the order of the file;
    /// where the file cannot be read, that alone, without a line.
    package static func read(path: String) throws(ConfigurationErrors) -> Configuration {
        try read(bytes: contents(of: path), fileName: path)
    }

    /// The configuration in bytes that stand, or would stand, in the named file. Throws as `read(path:)` does,
    /// every error with a line.
    /// - Parameter place: where a path leads, as `ConfigurationDecoder.decode` takes it.
    package static func read(
        bytes: [UInt8], fileName: String, place: (NamedPath) -> FolderPlace? = { _ in nil }
    ) throws(ConfigurationErrors) -> Configuration {
        let table = try ConfigurationSyntax.parse(bytes, fileName: fileName)
        return try ConfigurationDecoder.decode(table, file: fileName, place: place)
    }

    /// The line that a key of a table stands in; nil where the file does not have it, or cannot be read now.
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
            // Without blocking, a FIFO in the file's place is an empty file rather than a service that hangs.
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

    /// All that the file has, or a byte more than is taken.
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

    /// The commented example: where it is installed, else where it lies in the source.
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
