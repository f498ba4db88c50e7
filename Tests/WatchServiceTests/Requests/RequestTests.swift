import Testing

/// The service's requests, most of them in accelerated time: one after the other, for what is to happen in an
/// hour must not wait for another test's hour.
@Suite("Requests", .serialized)
enum RequestTests {}
