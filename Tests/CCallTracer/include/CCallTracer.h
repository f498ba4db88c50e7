#ifndef CCALLTRACER_H
#define CCALLTRACER_H

/// A call of the traced program that touches something below the place of interest.
struct traced_call {
    /// The system call's number.
    long number;
    /// Whether it is an `openat` that may make a file.
    int creates;
    /// What its descriptor leads to, and the name in it that it is about, if any.
    char place[512];
    /// The second path, if the call moves or links something; otherwise empty.
    char target[512];
};

/// The decision to kill the program, besides 0 (the call is made) and an errno (the call fails with it).
enum { call_kills = -1 };

/// Which calls of the program are reported, and to which function.
struct call_trace {
    /// Only calls on descriptors whose path has this text in it count.
    const char *place;
    /// The traced system calls; an `openat` only if it makes a file, unless `counts_opens` is set.
    const long *numbers;
    int number_count;
    int counts_opens;
    /// Called before each traced call, in the order of all threads together, which continue meanwhile.
    /// Returns the decision: 0, an errno, or `call_kills`.
    int (*judge)(void *judge_context, const struct traced_call *call);
    void *judge_context;
};

/// Runs a program until it ends, and traces it if a trace is given.
///
/// Blocks, and must be alone on its thread, because it waits for this thread's children only.
/// - started: called with the process's number as soon as it is known. Returns the status as of wait(2), or
///   minus an errno if the program could not be started.
int call_tracer_run(
    const char *path, char *const *arguments, char *const *environment, int standard_error,
    const struct call_trace *trace, void (*started)(void *context, int process), void *context);

#endif
