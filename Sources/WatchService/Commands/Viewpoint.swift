import LinuxSystem
import SystemPackage
package import WatchCore

/// The user who runs a command, compared with the user of the service: each may have permissions that the
/// other lacks.
package struct Viewpoint: Sendable, Equatable {
    /// The user who runs the command.
    package var user: UInt32
    /// The user of the service; nil if it cannot be determined.
    package var serviceUser: UInt32?

    package init(user: UInt32, serviceUser: UInt32?) {
        self.user = user
        self.serviceUser = serviceUser
    }

    /// Neither root nor the service's user: a refused permission says nothing about the service.
    package var isBystander: Bool { user != 0 && serviceUser != nil && user != serviceUser }

    /// Root, while the service runs as another user: the service may lack permissions that root has.
    package var isRootBeside: Bool { user == 0 && serviceUser != nil && serviceUser != 0 }

    /// This process, and the service of a configuration.
    /// - Parameter path: the path of the configuration file.
    package static func here(_ configuration: Configuration, path: String) -> Viewpoint {
        Viewpoint(user: Host.userID, serviceUser: workOwner(configuration) ?? installedUser(path))
    }

    /// The owner of the working folders, which the service makes. If this user may not look at one, the owner
    /// of the destination, unless that is root.
    private static func workOwner(_ configuration: Configuration) -> UInt32? {
        var owner: UInt32?
        for path in configuration.watches.flatMap(\.folders).map(\.path) {
            let (parent, name) = path.splitLastComponent
            do throws(SystemCallError) {
                return try DirectoryHandle.open(path: path).status(of: Destination.workFolder).owner
            } catch let error where error.isDenied {
                do throws(SystemCallError) {
                    let found = try DirectoryHandle.open(path: parent).status(of: name).owner
                    if found != 0 { owner = owner ?? found }
                } catch {
                    // Another destination may have one.
                }
            } catch {
                // Not made yet. Another destination may have one.
            }
        }
        return owner
    }

    /// The user of the installed unit, if the configuration is the unit's.
    private static func installedUser(_ path: String) -> UInt32? {
        let folder = Product.configurationPath.splitLastComponent.0
        return path.hasPrefix(folder + "/") ? Host.userID(of: Product.name) : nil
    }
}

extension SystemCallError {
    /// Whether this user lacks a permission. Another user may have it.
    var isDenied: Bool { [.permissionDenied, .notPermitted].contains(errno) }
}

/// The paths of the files that are installed beside the program.
package enum InstalledFiles {
    /// The folder of the examples; nil if the program runs from its build folder.
    package static var examples: String? {
        guard let folder = folder(ofExamplesFor: Host.executablePath ?? ""), Host.mayExist(folder) else {
            return nil
        }
        return folder
    }

    /// The folder of the examples for a program installed at a path.
    static func folder(ofExamplesFor program: String) -> String? {
        let (folder, _) = program.splitLastComponent
        guard folder.hasSuffix("/bin") else { return nil }
        return "\(folder.dropLast("/bin".count))/share/doc/\(Product.name)/examples"
    }

    /// The command that checks the machine as the service: as its user, in its sandbox, with its credentials.
    package static var checkCommand: String {
        "sudo \(examples ?? "/usr/share/doc/\(Product.name)/examples")/bitmind-check"
    }
}
