#define _GNU_SOURCE
#include "CTestSupport.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

const char *const dead_name = "name-server-is-dead.test";

static atomic_int waiting;
static atomic_bool has_given_up;

int dead_name_waiting(void) { return atomic_load(&waiting); }

void dead_name_server_gives_up(void) { atomic_store(&has_given_up, 1); }

// Longer than any test lasts, yet no test ends with a thread in it for ever.
static int wait_for_an_answer(void) {
    atomic_fetch_add(&waiting, 1);
    for (int milliseconds = 0; milliseconds < 300000 && !atomic_load(&has_given_up); milliseconds++) {
        usleep(1000);
    }
    atomic_fetch_sub(&waiting, 1);
    return EAI_AGAIN;
}

// Stands before the C library's in the tests' program, for the libraries that it is linked with too.
int getaddrinfo(
    const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
    struct addrinfo **restrict result) {
    if (name && strcmp(name, dead_name) == 0) return wait_for_an_answer();
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        dlsym(RTLD_NEXT, "getaddrinfo");
    return next(name, service, hints, result);
}
