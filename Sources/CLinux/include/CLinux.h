// The Linux calls that Swift's Glibc module hides behind _GNU_SOURCE, with plain types. Every function
// returns what the call it wraps returns: -1 and errno if it fails.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct linux_file_status {
    uint32_t mode;
    uint32_t owner;
    uint32_t group;
    uint32_t link_count;
    uint64_t device;
    uint64_t inode;
    // The number of the mount; -1 if the kernel does not report it (before 5.8).
    int64_t mount;
    int64_t size;
    int64_t modified_seconds;
    int64_t changed_seconds;
    int32_t modified_nanoseconds;
    int32_t changed_nanoseconds;
    // Nonzero if the inode is immutable or append-only, so that its entry cannot be removed.
    int32_t is_protected;
};

struct linux_file_system {
    uint64_t type;
    uint64_t free_bytes;
    uint64_t free_inodes;
    uint64_t inodes;
    int32_t is_read_only;
};

// statx. An empty name means the descriptor itself. A symbolic link is never followed.
int linux_status(int descriptor, const char *name, struct linux_file_status *status);
// fstatfs.
int linux_read_file_system(int descriptor, struct linux_file_system *system);

// syncfs.
int linux_flush_file_system(int descriptor);

// openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS.
int linux_open_beneath(int folder, const char *path, int flags);
// renameat2 with RENAME_NOREPLACE.
int linux_rename_without_replacing(int from, const char *name, int to, const char *new_name);
ssize_t linux_directory_entries(int folder, void *buffer, size_t count);
// faccessat(".", W_OK | X_OK) with the effective user.
int linux_may_change_folder(int folder);
// 1 if the calling thread has CAP_FOWNER in effect, 0 if not.
int linux_has_file_owner_capability(void);

// 1 if the calling thread has CAP_DAC_OVERRIDE in effect, 0 if not.
int linux_overrides_permissions(void);
// faccessat("."), by the user's permissions alone; capabilities are ignored.
int linux_may_access_folder(int folder, int mode);
// faccessat2 for reading the open file, by the user's permissions alone.
int linux_may_read(int descriptor);

// fcntl(F_SETLEASE, F_RDLCK) and F_UNLCK.
int linux_take_read_lease(int descriptor);
int linux_give_back_lease(int descriptor);
// fcntl(F_GETLEASE): 1 while the read lease is held; 0 once a process waits for it or the lease is gone.
int linux_has_read_lease(int descriptor);

// lseek with SEEK_DATA and SEEK_HOLE.
off_t linux_next_data(int descriptor, off_t offset);
off_t linux_next_hole(int descriptor, off_t offset);

ssize_t linux_attribute_names(int descriptor, char *names, size_t count);
ssize_t linux_attribute(int descriptor, const char *name, void *value, size_t count);
int linux_set_attribute(int descriptor, const char *name, const void *value, size_t count);

// A close-on-exec, non-blocking eventfd.
int linux_event_counter(void);
// Catches the given signals for the whole process. The descriptor (close-on-exec, non-blocking) becomes
// readable when a signal arrives. A signalfd is not used: it needs the signals blocked in all threads, but
// libdispatch unblocks them on the main thread, where they would have their default effect.
int linux_signal_reader(const int *signals, size_t count);
// The number of the next caught signal.
int linux_next_signal(int descriptor);

// RLIMIT_NOFILE: raises the soft limit to the hard limit.
int linux_raise_open_files(void);

// prctl(PR_SET_DUMPABLE, 0), and the default disposition for the signals of a crash.
int linux_forbid_dumps(void);

// mallopt(M_MMAP_THRESHOLD): a block of at least this many bytes returns to the kernel when it is freed.
void linux_give_back_blocks(int bytes);

// prctl(PR_SET_NAME) for the calling thread. A name is cut after 15 bytes.
int linux_name_thread(const char *name);

// The symbol of an errno ("ENOENT"), or NULL if it has none. Static memory.
const char *linux_error_symbol(int error);

// O_PATH: a descriptor that only serves to open or look up other files.
extern const int linux_path_only;
// UTIME_OMIT: the nanoseconds value that leaves a time unchanged.
extern const long linux_unchanged_time;
