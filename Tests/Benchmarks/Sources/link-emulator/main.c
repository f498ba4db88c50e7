// A network of its own with a link that is slow, long or lossy, made in user space: no kernel module is needed, only
// root and /dev/net/tun.
//
//   link-emulator RATE DELAY LOSS QUEUE SEED CONGESTION
//
// RATE in bits a second; DELAY there and back, in milliseconds; LOSS in percent of the packets of each direction;
// QUEUE before the link, in bytes; SEED chooses the packets that are lost; CONGESTION is the algorithm for congestion
// control, such as "cubic".
//
// Prints "ready" and runs until it is ended, or its parent ends. Programs come into the network by
// "nsenter --net=/proc/PID/ns/net". There 10.0.117.2 is this very network by way of the link: whoever connects to it
// reaches what listens on 127.0.0.1, and all that goes there and back crosses the link. The network is gone with the
// last process in it, so that nothing is left to be removed, however this ends.
//
// On SIGTERM it prints for each direction how many packets arrived, were lost, and found the queue full, and how many
// bytes arrived.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "link.h"

static volatile sig_atomic_t ends;

static void end(int signal) {
    (void)signal;
    ends = 1;
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static const uint8_t near_end[4] = {10, 0, 117, 1}, far_end[4] = {10, 0, 117, 2}, loopback[4] = {127, 0, 0, 1};

/// Turns a packet's addresses so that the kernel takes it for one from the other end.
///
/// The checksums stay as they are: the 16-bit words of 10.0.117.1 and of 127.0.0.1 have the same sum.
/// Returns the packet's direction: 0 to the server, 1 back; -1 for a packet that is none of the link's.
static int turn(uint8_t *packet, ssize_t size) {
    uint8_t *source = packet + 12, *destination = packet + 16;
    if (size < 20 || packet[0] >> 4 != 4 || memcmp(destination, far_end, 4) != 0) return -1;
    int returns = memcmp(source, loopback, 4) == 0;
    if (!returns && memcmp(source, near_end, 4) != 0) return -1;
    memcpy(source, far_end, 4);
    memcpy(destination, returns ? near_end : loopback, 4);
    return returns;
}

static void run(int tun, struct direction *directions[2], const sigset_t *mask) {
    uint8_t packet[65536];
    while (!ends) {
        ssize_t size;
        while ((size = read(tun, packet, sizeof packet)) > 0) {
            int which = turn(packet, size);
            if (which >= 0) direction_send(directions[which], packet, (size_t)size, now());
        }
        int64_t next = INT64_MAX;
        for (int index = 0; index < 2; index++) {
            size_t length;
            const uint8_t *arrived;
            while ((arrived = direction_receive(directions[index], &length, now())) != NULL)
                // The kernel's refusal is as good as a loss.
                (void)!write(tun, arrived, length);
            if (direction_next(directions[index]) < next) next = direction_next(directions[index]);
        }
        int64_t wait = next - now();
        if (next != INT64_MAX && wait <= 0) continue;
        struct timespec time = {wait / 1000000000, wait % 1000000000};
        struct pollfd entry = {tun, POLLIN, 0};
        ppoll(&entry, 1, next == INT64_MAX ? NULL : &time, mask);
    }
}

int main(int count, char **arguments) {
    if (count != 7) {
        fputs("usage: link-emulator RATE DELAY LOSS QUEUE SEED CONGESTION\n", stderr);
        return 64;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct link_settings settings = {
        atof(arguments[1]), (int64_t)(atof(arguments[2]) * 1e6 / 2), atof(arguments[3]) / 100, atof(arguments[4]),
        strtoull(arguments[5], NULL, 10)};
    // A signal ends the wait, and no other call.
    sigset_t blocked, mask;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &mask);
    sigdelset(&mask, SIGTERM);
    struct sigaction action = {0};
    action.sa_handler = end;
    sigaction(SIGTERM, &action, NULL);
    int tun = network_make(arguments[6]);
    struct direction *directions[2] = {direction_make(&settings, 0), direction_make(&settings, 1)};
    // Packets must arrive when they are due, even if the machine is busy.
    prctl(PR_SET_TIMERSLACK, 1);
    setpriority(PRIO_PROCESS, 0, -20);
    puts("ready");
    fflush(stdout);
    run(tun, directions, &mask);
    for (int index = 0; index < 2; index++) {
        const struct link_counts *counts = direction_counts(directions[index]);
        printf("%s: %llu arrived, %llu lost, %llu dropped, %llu bytes\n", index == 0 ? "there" : "back",
               (unsigned long long)counts->delivered, (unsigned long long)counts->lost,
               (unsigned long long)counts->dropped, (unsigned long long)counts->delivered_bytes);
    }
    return 0;
}
