#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "link.h"

void require(int holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "link-emulator: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void run(const char *command) {
    if (system(command) == 0) return;
    fprintf(stderr, "link-emulator: this failed: %s\n", command);
    exit(1);
}

int network_make(const char *congestion) {
    require(unshare(CLONE_NEWNET) == 0, "a network of its own (that needs root)");
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    require(tun >= 0, "/dev/net/tun");
    struct ifreq device = {0};
    strcpy(device.ifr_name, "wire");
    // Without offloads: each packet is one that a wire would carry.
    device.ifr_flags = IFF_TUN | IFF_NO_PI;
    require(ioctl(tun, TUNSETIFF, &device) == 0, "a TUN device");
    // The near end; see `turn` for why it is this one.
    run("ip address add 10.0.117.1/24 dev wire");
    run("ip link set lo up && ip link set wire up");
    // What listens on loopback is to be reached through the link.
    run("echo 1 >/proc/sys/net/ipv4/conf/wire/route_localnet");
    // The route says it, for a network of its own may not change its default to any that the machine has.
    char command[128];
    snprintf(command, sizeof command, "ip route change 10.0.117.0/24 dev wire congctl %s", congestion);
    if (*congestion) run(command);
    return tun;
}
