#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

const int linux_path_only = O_PATH;
const long linux_unchanged_time = UTIME_OMIT;

int linux_status(int descriptor, const char *name, struct linux_file_status *status) {
    struct statx from;
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name == 0 ? AT_EMPTY_PATH : 0);
    if (statx(descriptor, name, flags, STATX_BASIC_STATS | STATX_MNT_ID, &from) == -1) return -1;
    *status = (struct linux_file_status){
        .mode = from.stx_mode,
        .owner = from.stx_uid,
        .group = from.stx_gid,
        .link_count = from.stx_nlink,
        .device = makedev(from.stx_dev_major, from.stx_dev_minor),
        .inode = from.stx_ino,
        .size = (int64_t)from.stx_size,
        .modified_seconds = from.stx_mtime.tv_sec,
        .changed_seconds = from.stx_ctime.tv_sec,
        .modified_nanoseconds = (int32_t)from.stx_mtime.tv_nsec,
        .changed_nanoseconds = (int32_t)from.stx_ctime.tv_nsec,
        .mount = from.stx_mask & STATX_MNT_ID ? (int64_t)from.stx_mnt_id : -1,
        .is_protected = (from.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0,
    };
    return 0;
}

int linux_read_file_system(int descriptor, struct linux_file_system *system) {
    struct statfs from;
    if (fstatfs(descriptor, &from) == -1) return -1;
    uint64_t block = (uint64_t)(from.f_frsize > 0 ? from.f_frsize : from.f_bsize);
    *system = (struct linux_file_system){
        .type = (uint32_t)from.f_type,
        .free_bytes = block * from.f_bavail,
        .free_inodes = from.f_ffree,
        .inodes = from.f_files,
        .is_read_only = (from.f_flags & ST_RDONLY) != 0,
    };
    return 0;
}

int linux_open_beneath(int folder, const char *path, int flags) {
    struct open_how how = {
        .flags = (uint64_t)(unsigned)flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int linux_rename_without_replacing(int from, const char *name, int to, const char *new_name) {
    return renameat2(from, name, to, new_name, RENAME_NOREPLACE);
}

ssize_t linux_directory_entries(int folder, void *buffer, size_t count) {
    return getdents64(folder, buffer, count);
}

int linux_may_change_folder(int folder) {
    return faccessat(folder, ".", W_OK | X_OK, AT_EACCESS);
}

// The capability sets of the calling thread.
struct capability_sets {
    struct __user_cap_header_struct header;
    struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

static int read_capabilities(struct capability_sets *sets) {
    *sets = (struct capability_sets){.header = {.version = _LINUX_CAPABILITY_VERSION_3}};
    return (int)syscall(SYS_capget, &sets->header, sets->words);
}

int linux_has_file_owner_capability(void) {
    struct capability_sets sets;
    if (read_capabilities(&sets) == -1) return -1;
    return (sets.words[CAP_TO_INDEX(CAP_FOWNER)].effective & CAP_TO_MASK(CAP_FOWNER)) != 0;
}

int linux_overrides_permissions(void) {
    struct capability_sets sets;
    if (read_capabilities(&sets) == -1) return -1;
    return (sets.words[CAP_TO_INDEX(CAP_DAC_OVERRIDE)].effective & CAP_TO_MASK(CAP_DAC_OVERRIDE)) != 0;
}

// Runs before the first thread starts, because each thread has its own capabilities. Programs that this
// process starts get none of them.
__attribute__((constructor)) static void keep_capabilities(void) {
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
}

// Without AT_EACCESS the kernel ignores the capabilities of a user other than root.
int linux_may_access_folder(int folder, int mode) { return faccessat(folder, ".", mode, 0); }

int linux_may_read(int descriptor) {
    return (int)syscall(SYS_faccessat2, descriptor, "", R_OK, AT_EMPTY_PATH);
}

int linux_take_read_lease(int descriptor) { return fcntl(descriptor, F_SETLEASE, F_RDLCK); }

int linux_give_back_lease(int descriptor) { return fcntl(descriptor, F_SETLEASE, F_UNLCK); }

int linux_has_read_lease(int descriptor) {
    int lease = fcntl(descriptor, F_GETLEASE);
    return lease == -1 ? -1 : lease == F_RDLCK;
}

ssize_t linux_attribute_names(int descriptor, char *names, size_t count) {
    return flistxattr(descriptor, names, count);
}

ssize_t linux_attribute(int descriptor, const char *name, void *value, size_t count) {
    return fgetxattr(descriptor, name, value, count);
}

int linux_set_attribute(int descriptor, const char *name, const void *value, size_t count) {
    return fsetxattr(descriptor, name, value, count, 0);
}

int linux_event_counter(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// The pipe that the handler writes to. A process has one disposition for each signal, so one pipe is enough.
static int signal_pipe[2] = {-1, -1};

static void on_signal(int signal) {
    int error = errno;
    unsigned char number = (unsigned char)signal;
    // If the pipe is full, the signal is dropped: enough signals are pending.
    if (write(signal_pipe[1], &number, 1) == -1) errno = error;
    errno = error;
}

int linux_signal_reader(const int *signals, size_t count) {
    if (signal_pipe[0] == -1 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) == -1) return -1;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (size_t index = 0; index < count; index++) {
        if (sigaction(signals[index], &action, NULL) == -1) return -1;
    }
    return fcntl(signal_pipe[0], F_DUPFD_CLOEXEC, 0);
}

int linux_next_signal(int descriptor) {
    unsigned char number;
    ssize_t count = read(descriptor, &number, 1);
    if (count == 1) return number;
    if (count == 0) errno = EIO;
    return -1;
}

int linux_flush_file_system(int descriptor) { return syncfs(descriptor); }

int linux_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return -1;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

void linux_give_back_blocks(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

int linux_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

int linux_forbid_dumps(void) {
    static const int crashes[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
        if (signal(crashes[i], SIG_DFL) == SIG_ERR) return -1;
    }
    return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

const char *linux_error_symbol(int error) { return strerrorname_np(error); }

off_t linux_next_data(int descriptor, off_t offset) { return lseek(descriptor, offset, SEEK_DATA); }

off_t linux_next_hole(int descriptor, off_t offset) { return lseek(descriptor, offset, SEEK_HOLE); }
