// C code for tests: calls that Swift's Glibc module hides, and a name server that never answers.
#pragma once

// accept4 and pipe2 with their flag for close-on-exec: a program that another test starts at the same moment
// holds no copy. They answer like the calls that they wrap.
int test_accept(int listener);
int test_pipe(int ends[2]);

// The one name for which getaddrinfo, in this process, finds no answer before dead_name_server_gives_up.
extern const char *const dead_name;
// How many threads wait for that answer.
int dead_name_waiting(void);
void dead_name_server_gives_up(void);
