import CLinux

/// What becomes of memory that the process has no more use for.
package enum ProcessMemory {
    /// From now on blocks of 1 MiB and more go back to the kernel as soon as they are freed. By default each thread
    /// may keep some of up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD).
    package static func giveBackLargeBlocks() { linux_give_back_blocks(1 << 20) }
}
