// What tests need of C: calls that Swift's Glibc module hides.
#pragma once

// accept4 and pipe2 with their flag for close-on-exec: a program that another test starts at the same moment
// holds no copy. They answer like the calls that they wrap.
int test_accept(int listener);
int test_pipe(int ends[2]);
