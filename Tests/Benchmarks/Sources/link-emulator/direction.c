#include <stdlib.h>
#include <string.h>

#include "link.h"

/// More than a packet of an Ethernet has.
enum { packet_room = 2048 };

struct packet {
    int64_t arrives;
    size_t size;
    uint8_t bytes[packet_room];
};

struct direction {
    struct link_settings settings;
    struct link_counts counts;
    uint64_t random;
    /// Until when the wire's beginning is taken by the packets before.
    int64_t busy_until;
    /// Under way, in the order in which they arrive: a ring.
    struct packet *packets;
    size_t capacity, first, count;
};

struct direction *direction_make(const struct link_settings *settings, uint64_t salt) {
    struct direction *direction = calloc(1, sizeof *direction);
    require(direction != NULL, "memory");
    direction->settings = *settings;
    direction->random = settings->seed * 2 + salt;
    // What fits into the queue and onto the wire, in packets of 400 bytes: acknowledgements are smaller, but few.
    double bytes = settings->queue + settings->rate / 8 * (double)settings->delay / 1e9;
    direction->capacity = (size_t)(bytes / 400) + 256;
    direction->packets = calloc(direction->capacity, sizeof *direction->packets);
    require(direction->packets != NULL, "memory");
    return direction;
}

/// SplitMix64, as a share from 0 up to but not including 1.
static double chance(struct direction *direction) {
    uint64_t value = direction->random += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return (double)((value ^ (value >> 31)) >> 11) / 9007199254740992.0;
}

void direction_send(struct direction *direction, const uint8_t *packet, size_t size, int64_t now) {
    const struct link_settings *settings = &direction->settings;
    int64_t begins = direction->busy_until > now ? direction->busy_until : now;
    double waiting = (double)(begins - now) / 1e9 * settings->rate / 8;
    if (waiting + (double)size > settings->queue || direction->count == direction->capacity || size > packet_room) {
        direction->counts.dropped++;
        return;
    }
    direction->busy_until = begins + (int64_t)((double)size * 8 / settings->rate * 1e9);
    // What is lost on the wire has taken its time on it.
    if (chance(direction) < settings->loss) {
        direction->counts.lost++;
        return;
    }
    struct packet *place = &direction->packets[(direction->first + direction->count++) % direction->capacity];
    place->arrives = direction->busy_until + settings->delay;
    place->size = size;
    memcpy(place->bytes, packet, size);
}

int64_t direction_next(const struct direction *direction) {
    return direction->count > 0 ? direction->packets[direction->first].arrives : INT64_MAX;
}

const uint8_t *direction_receive(struct direction *direction, size_t *size, int64_t now) {
    if (direction_next(direction) > now) return NULL;
    struct packet *packet = &direction->packets[direction->first];
    direction->first = (direction->first + 1) % direction->capacity;
    direction->count--;
    direction->counts.delivered++;
    direction->counts.delivered_bytes += packet->size;
    *size = packet->size;
    return packet->bytes;
}

const struct link_counts *direction_counts(const struct direction *direction) { return &direction->counts; }
