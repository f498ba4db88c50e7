#ifndef LINK_H
#define LINK_H

#include <stdint.h>
#include <stddef.h>

/// What a link is like, the same in both directions.
struct link_settings {
    /// Bits a second.
    double rate;
    /// Nanoseconds from one end to the other, beyond what sending takes.
    int64_t delay;
    /// The share of packets that are lost, 0 to 1.
    double loss;
    /// Bytes that may wait to be sent. A packet that finds no room is dropped.
    double queue;
    /// Which packets are lost. The same seed loses the same packets of a sequence.
    uint64_t seed;
};

/// What became of the packets of one direction.
struct link_counts {
    uint64_t delivered, lost, dropped, delivered_bytes;
};

/// One direction: a queue before the wire, and the wire.
struct direction;

/// Makes one direction. `salt` distinguishes the two directions of a link. Ends the program if memory runs
/// out.
struct direction *direction_make(const struct link_settings *settings, uint64_t salt);

/// Takes a packet at a time, in nanoseconds of the monotonic clock. Its bytes are copied.
void direction_send(struct direction *direction, const uint8_t *packet, size_t size, int64_t now);

/// When the next packet arrives; INT64_MAX for none under way.
int64_t direction_next(const struct direction *direction);

/// Gives the packet that has arrived by now, or NULL. Valid until the next call of `direction_send`.
const uint8_t *direction_receive(struct direction *direction, size_t *size, int64_t now);

const struct link_counts *direction_counts(const struct direction *direction);

/// Leaves this process's network for one of its own, where a TUN device leads to the link. Ends the program where
/// that fails, and says why.
///
/// - congestion: the algorithm for congestion control in that network.
/// Returns the device's descriptor, which doesn't block.
int network_make(const char *congestion);

/// Says why it failed with the errno, and ends the program.
void require(int holds, const char *what);

#endif
