package import BitMindAPI
internal import CCrypto

/// libcrypto, which whoever uses it readies first.
enum CryptoLibrary {
    /// It would clean up at the process's exit, under the feet of threads that are at work still, such as one whose disk
    /// answers only then. What it has, the kernel takes back (OPENSSL_init_crypto(3)).
    static let isReady = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}

/// SHA-256 of bytes that come in pieces, by libcrypto.
package struct SHA256: ~Copyable {
    /// Nil where libcrypto has no memory or no SHA-256; then there are no digests either.
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
