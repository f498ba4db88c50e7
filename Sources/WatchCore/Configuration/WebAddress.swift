/// The address of a server, for `base_url` and `proxy`.
enum WebAddress {
    /// Why a text is not an accepted address.
    enum Fault: Error, Equatable {
        case malformed
        case holdsCredentials
    }

    /// The address in its normal form: `http` or `https`, host, port and path, without a trailing slash. A
    /// query or a fragment is refused, because paths are appended. A user name or password is refused,
    /// because it does not belong in the file.
    static func parse(_ text: String) throws(Fault) -> String {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
        // Checked before all other errors: an address with an @ before the path may contain a password.
        guard !parts.prefix(3).contains(where: { $0.contains(UInt8(ascii: "@")) }) else {
            throw .holdsCredentials
        }
        guard parts.count >= 3, parts[1].isEmpty else { throw .malformed }
        let scheme = String(decoding: parts[0], as: UTF8.self).lowercased()
        guard scheme == "http:" || scheme == "https:", isAuthority(parts[2]) else { throw .malformed }
        var path = parts.count == 4 ? parts[3] : ""[...].utf8
        guard path.allSatisfy(isPathByte) else { throw .malformed }
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        let server = scheme + "//" + String(decoding: parts[2], as: UTF8.self)
        return path.isEmpty ? server : server + "/" + String(decoding: path, as: UTF8.self)
    }

    private static func isAuthority(_ text: Substring.UTF8View) -> Bool {
        var host = text
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = text[text.index(after: text.startIndex)..<end]
            guard address.contains(UInt8(ascii: ":")), address.allSatisfy(isAddressByte) else { return false }
            return isPort(text[text.index(after: end)...])
        }
        if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            host = text[..<colon]
            guard isPort(text[colon...]) else { return false }
        }
        return host.first.map(isAlphanumeric) == true && host.allSatisfy(isHostByte)
    }

    /// Whether a text is empty, or a colon and a number from 1 to 65535.
    private static func isPort(_ text: Substring.UTF8View) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        guard text.first == UInt8(ascii: ":"), digits.allSatisfy(isDigit) else { return false }
        return UInt16(String(decoding: digits, as: UTF8.self)).map { $0 > 0 } ?? false
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._".utf8.contains(byte)
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
            || ":.".utf8.contains(byte)
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~!$&'()*+,;=:@%/".utf8.contains(byte)
    }
}
