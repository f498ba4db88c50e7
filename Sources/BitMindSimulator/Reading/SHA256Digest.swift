internal import CCrypto

/// SHA-256 of bytes that arrive in pieces.
final class SHA256Digest {
    private let context: OpaquePointer

    /// Nil if libcrypto has no memory.
    init?() {
        guard let context = EVP_MD_CTX_new() else { return nil }
        self.context = context
        reset()
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Begins a new digest.
    func reset() {
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    /// The digest as 64 lower-case hex digits. Call ``reset()`` before the next file.
    func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return hexadecimal(digest)
    }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: bytes.count * 2) { text in
        for (index, byte) in bytes.enumerated() {
            text[2 * index] = digits[Int(byte >> 4)]
            text[2 * index + 1] = digits[Int(byte & 15)]
        }
        return bytes.count * 2
    }
}
