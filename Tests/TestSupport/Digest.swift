internal import CCrypto
package import LinuxSystem

/// SHA-256 as the tests reckon it: by libcrypto, past the product's own code.
/// - Returns: 64 lower-case hex digits.
package func sha256(_ bytes: [UInt8]) -> String {
    var offset = 0
    return digest { buffer in
        let count = min(buffer.count, bytes.count - offset)
        buffer.copyBytes(from: bytes[offset..<(offset + count)])
        offset += count
        return count
    }
}

extension FileHandle {
    /// The lower-case hexadecimal SHA-256 of the whole file, however large.
    package func digest() throws(SystemCallError) -> String {
        var offset: Int64 = 0
        var failure: SystemCallError?
        let text = TestSupport.digest { buffer in
            do throws(SystemCallError) {
                let count = try read(into: buffer, at: offset)
                offset += Int64(count)
                return count
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return text
    }
}

private func digest(reading next: (UnsafeMutableRawBufferPointer) -> Int) -> String {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while case let count = next(buffer), count > 0 { EVP_DigestUpdate(context, buffer.baseAddress, count) }
    var bytes = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &bytes, nil)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
