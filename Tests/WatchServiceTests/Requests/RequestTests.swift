import Testing

/// The service's requests, most of them in accelerated time. They run one after the other, because the events
/// of an hour must not be delayed by another test.
@Suite("Requests", .serialized)
enum RequestTests {}
