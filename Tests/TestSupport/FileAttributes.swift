import Glibc

/// Attributes of files and folders that bind everybody, root too (`chattr`).
package enum ProtectingAttribute: CLong, Sendable {
    case none = 0
    case immutable = 0x10
    case appendOnly = 0x20
}

/// The effect of `chattr`; `false` if the file system has no such attributes.
package func setAttribute(of descriptor: CInt, to attribute: ProtectingAttribute) -> Bool {
    var attributes = attribute.rawValue
    return ioctl(descriptor, 0x4008_6602, &attributes) == 0
}

/// The same, by the path of a file or folder.
package func setAttribute(of path: String, to attribute: ProtectingAttribute) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return setAttribute(of: descriptor, to: attribute)
}
