package import BitMindAPI
internal import CCrypto

/// SHA-256 of bytes that come in pieces, by libcrypto.
package struct SHA256: ~Copyable {
    /// Nil where libcrypto has no memory or no SHA-256; then there are no digests either.
    private let context: OpaquePointer?

    package init() {
        context = EVP_MD_CTX_new()
        start()
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if context != nil { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }
    }

    /// The digest of all so far; what comes next is hashed anew.
    package mutating func finish() -> SHA256Digest? {
        guard context != nil else { return nil }
        var bytes = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &bytes, nil) == 1 else { return nil }
        start()
        return SHA256Digest(bytes: bytes)
    }

    private func start() {
        if context != nil { EVP_DigestInit_ex(context, EVP_sha256(), nil) }
    }
}
