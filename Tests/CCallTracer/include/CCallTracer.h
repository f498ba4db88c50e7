#ifndef CCALLTRACER_H
#define CCALLTRACER_H

/// A call of the traced program that touched something below the place of interest.
struct traced_call {
    /// The system call's number.
    long number;
    /// Whether it was an `openat` that may make a file.
    int creates;
    /// What its descriptor leads to, and the name in it that it is about, if any.
    char place[256];
};

/// What to do to the program, and what it did.
struct call_trace {
    /// Only calls on descriptors whose path has this text in it count.
    const char *place;
    /// The system calls that count; an `openat` only where it makes a file, unless `counts_opens` says else.
    const long *numbers;
    int number_count;
    int counts_opens;
    /// Which call to strike, in the order of all threads together, from 1; 0: none.
    int strike;
    /// What the struck call answers, in place of being made; 0: the program is killed before it is made.
    int error;
    /// The calls so far, as many as there is room for.
    struct traced_call *calls;
    int call_room;
    int call_count;
    /// Whether the strike took place.
    int struck;
};

/// Runs a program until it ends, and traces it where a trace is given.
///
/// Blocks, and must be alone on its thread: it waits for this thread's children only.
/// - started: told the process's number as soon as it is known.
/// Returns the status as of wait(2), or minus an errno where the program could not be started.
int call_tracer_run(
    const char *path, char *const *arguments, char *const *environment, int standard_error,
    struct call_trace *trace, void (*started)(void *context, int process), void *context);

#endif
