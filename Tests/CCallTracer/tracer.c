#define _GNU_SOURCE
#include "CCallTracer.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_numbers = 64 };

// The kernel stops the program at the calls of interest alone; all others go at full speed.
static int filter_calls(const struct call_trace *trace) {
    struct sock_filter filter[most_numbers + 3];
    int length = 0;
    filter[length++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < trace->number_count; i++)
        filter[length++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)trace->numbers[i], trace->number_count - i, 0);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    struct sock_fprog program = {(unsigned short)length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static _Noreturn void become(
    const char *path, char *const *arguments, char *const *environment, int standard_error,
    const struct call_trace *trace) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(standard_error, STDERR_FILENO);
    dup2(standard_error, STDOUT_FILENO);
    if (trace != NULL) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(126);
        // The tracer sets its options now: without them, calls that the filter picks would fail.
        raise(SIGSTOP);
        if (filter_calls(trace) != 0) _exit(126);
    }
    execve(path, arguments, environment);
    _exit(127);
}

// The path of a descriptor of the program; empty if it cannot be determined.
static void find_place(int thread, long descriptor, char *place, size_t room) {
    char link[64];
    place[0] = 0;
    if ((int)descriptor < 0) return;
    snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, (int)descriptor);
    ssize_t length = readlink(link, place, room - 1);
    place[length < 0 ? 0 : length] = 0;
}

static void add_name(int thread, unsigned long address, char *place, size_t room) {
    char name[256] = {0};
    // In two pieces, because the memory behind the page in which the name ends may not be readable.
    size_t piece = 4096 - address % 4096, most = sizeof name - 1;
    if (piece > most) piece = most;
    struct iovec here = {name, most};
    struct iovec there[] = {{(void *)address, piece}, {(void *)(address + piece), most - piece}};
    size_t length = strlen(place);
    if (process_vm_readv(thread, &here, 1, there, 2, 0) > 0)
        snprintf(place + length, room - length, "/%s", name);
}

static int has_second_folder(long number) {
    return number == SYS_renameat2 || number == SYS_renameat || number == SYS_linkat;
}

static int has_name(long number) {
    return has_second_folder(number) || number == SYS_unlinkat || number == SYS_mkdirat
        || number == SYS_openat || number == SYS_openat2 || number == SYS_statx;
}

static int is_of_interest(
    int thread, const struct call_trace *trace, const struct __ptrace_syscall_info *info,
    struct traced_call *call) {
    long number = (long)info->seccomp.nr;
    int listed = 0;
    for (int i = 0; i < trace->number_count; i++) listed |= trace->numbers[i] == number;
    call->number = number;
    call->creates = number == SYS_openat && (info->seccomp.args[2] & O_CREAT) != 0;
    if (!listed || (number == SYS_openat && !call->creates && !trace->counts_opens)) return 0;
    find_place(thread, (long)info->seccomp.args[0], call->place, sizeof call->place);
    if (has_second_folder(number))
        find_place(thread, (long)info->seccomp.args[2], call->target, sizeof call->target);
    if (strstr(call->place, trace->place) == NULL && strstr(call->target, trace->place) == NULL) return 0;
    if (has_name(number)) add_name(thread, info->seccomp.args[1], call->place, sizeof call->place);
    if (has_second_folder(number))
        add_name(thread, info->seccomp.args[3], call->target, sizeof call->target);
    return 1;
}

// Has the call that is about to be made not be made, and answer an error.
static void answer(int thread, int error) {
#if defined(__x86_64__)
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, thread, 0, &registers) != 0) return;
    registers.orig_rax = (unsigned long)-1;
    registers.rax = (unsigned long)-(long)error;
    ptrace(PTRACE_SETREGS, thread, 0, &registers);
#elif defined(__aarch64__)
    int none = -1;
    struct iovec number = {&none, sizeof none};
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) != 0) return;
    registers.regs[0] = (unsigned long)-(long)error;
    ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &number);
    ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all);
#endif
}

static void tell_call(int process, int thread, const struct call_trace *trace) {
    struct __ptrace_syscall_info info;
    struct traced_call call = {0};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) return;
    if (!is_of_interest(thread, trace, &info, &call)) return;
    int becomes = trace->judge(trace->judge_context, &call);
    if (becomes == call_kills) kill(process, SIGKILL);
    if (becomes > 0) answer(thread, becomes);
}

static int follow(int process, const struct call_trace *trace) {
    while (1) {
        int status = 0;
        int thread = waitpid(-1, &status, __WALL | __WNOTHREAD);
        if (thread < 0 && errno == EINTR) continue;
        if (thread < 0) return -errno;
        if (!WIFSTOPPED(status)) {
            if (thread == process) return status;
            continue;
        }
        int event = status >> 16, signal = WSTOPSIG(status);
        if (event == PTRACE_EVENT_SECCOMP) tell_call(process, thread, trace);
        // New threads begin with a stop that is the tracer's business alone.
        int passed = event != 0 || signal == SIGSTOP || signal == SIGTRAP ? 0 : signal;
        ptrace(PTRACE_CONT, thread, 0, (long)passed);
    }
}

int call_tracer_run(
    const char *path, char *const *arguments, char *const *environment, int standard_error,
    const struct call_trace *trace, void (*started)(void *context, int process), void *context) {
    if (trace != NULL && trace->number_count > most_numbers) return -E2BIG;
    int process = fork();
    if (process < 0) return -errno;
    if (process == 0) become(path, arguments, environment, standard_error, trace);
    int status = 0;
    if (trace == NULL) {
        started(context, process);
        while (waitpid(process, &status, __WALL) < 0)
            if (errno != EINTR) return -errno;
        return status;
    }
    while (waitpid(process, &status, __WALL | __WNOTHREAD) < 0)
        if (errno != EINTR) return -errno;
    if (!WIFSTOPPED(status)) return status;
    long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, process, 0, options) != 0) return -errno;
    ptrace(PTRACE_CONT, process, 0, 0L);
    started(context, process);
    return follow(process, trace);
}
