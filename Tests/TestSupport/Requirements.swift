internal import Glibc
package import Testing

extension Trait where Self == ConditionTrait {
    /// Skips the test if it does not run as root. `Tests/run.sh` runs such a test with sudo if possible, and
    /// recognises it by the beginning of the reason.
    /// - Parameter purpose: why root is needed, such as "to mount a disk".
    package static func needsRoot(_ purpose: String) -> Self {
        .enabled(if: geteuid() == 0, "needs root, \(purpose)")
    }

    /// Skips the test where disk images can't be mounted, as in many containers.
    package static var needsLoopDevices: Self {
        .enabled(if: access("/dev/loop-control", R_OK | W_OK) == 0, "needs loop devices (/dev/loop-control)")
    }
}
