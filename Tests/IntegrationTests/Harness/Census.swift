import Foundation
import TestSupport
import Testing

/// Where everything is, counted: what must hold at any moment when the service stands still.
struct Census {
    /// The places of each media file, by its SHA-256; paths below the site.
    var places: [String: [String]] = [:]
    /// Sidecars without media, and filed media without sidecar.
    var unpaired: [String] = []
    /// The remaining files in the service's working folders.
    var leftovers: [String] = []
    let filedCount: Int

    init(_ site: Site) throws {
        filedCount = try site.filedCount
        for path in try site.files(in: "inbox") { try count(path, site) }
        for folder in Site.destinations {
            let files = try site.files(in: folder)
            leftovers += files.filter { $0.contains("/.bitmind-watch/") }
            let published = Set(files.filter { !$0.contains("/.bitmind-watch/") })
            for path in published where path.hasSuffix(".json") {
                if !published.contains(String(path.dropLast(5))) { unpaired.append(path) }
            }
            for path in published where !path.hasSuffix(".json") {
                if !published.contains("\(path).json") { unpaired.append(path) }
                try count(path, site)
            }
        }
    }

    private mutating func count(_ path: String, _ site: Site) throws {
        places[sha256(try site.bytes(of: path)), default: []].append(path)
    }

    /// Expects each of these files whole and in exactly one place, and no other files.
    func expectNothingLost(of files: [DroppedFile]) {
        #expect(Set(places.keys) == Set(files.map(\.sha256)), "some are missing, or there are others")
        for (digest, places) in places where places.count != 1 {
            Issue.record("\(digest) is in \(places.count) places: \(places)")
        }
        #expect(unpaired.isEmpty, "media and sidecar do not go together")
        #expect(leftovers.isEmpty, "something was left half-done")
    }
}

extension Site {
    /// How many media files have been filed; right also while the service works.
    var filedCount: Int {
        get throws {
            try Self.destinations.reduce(0) { count, folder in
                count
                    + (try files(in: folder).count {
                        !$0.hasSuffix(".json") && !$0.contains("/.bitmind-watch/")
                    })
            }
        }
    }
}
