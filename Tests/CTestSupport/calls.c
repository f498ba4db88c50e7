#define _GNU_SOURCE
#include "CTestSupport.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int test_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int test_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
