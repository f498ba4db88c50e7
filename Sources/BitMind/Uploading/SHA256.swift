package import BitMindAPI
internal import CCrypto

/// libcrypto, initialised at its first use.
enum CryptoLibrary {
    /// Without the flag, libcrypto would clean up at the process's exit, while threads may still use it, for
    /// example after a late answer of a disk. The kernel frees its memory anyway (OPENSSL_init_crypto(3)).
    static let isReady = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}

/// SHA-256 of bytes that arrive in pieces, by libcrypto.
package struct SHA256: ~Copyable {
    /// Nil if libcrypto has no memory or no SHA-256. Then there are no digests.
    private let context: OpaquePointer?

    package init() {
        _ = CryptoLibrary.isReady
        context = EVP_MD_CTX_new()
        start()
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if context != nil { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }
    }

    /// The digest of all bytes so far. A new digest begins after it.
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
