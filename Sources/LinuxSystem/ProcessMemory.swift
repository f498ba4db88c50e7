import CLinux

/// How the process returns memory to the kernel.
package enum ProcessMemory {
    /// From now on, blocks of 1 MiB and more return to the kernel when they are freed. By default, each
    /// thread may keep freed blocks of up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD).
    package static func giveBackLargeBlocks() { linux_give_back_blocks(1 << 20) }
}
