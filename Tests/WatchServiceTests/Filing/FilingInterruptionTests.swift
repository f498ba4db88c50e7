import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// A filing stopped before every step, and recovered by fresh objects.
@Suite(.holds(descriptors: 12)) struct FilingInterruptionTests {
    @Test(arguments: FilingSite.Kind.allCases)
    func `a filing takes as many steps as are stopped at here`(_ kind: FilingSite.Kind) async throws {
        let site = try FilingSite(kind)
        let digest = try site.put("photo.jpg", seed: 1)
        let filing = try await site.file("photo.jpg", stoppingBefore: FilingSite.steps(of: kind))
        #expect(!filing.wasStopped)
        let census = try site.census()
        #expect(census.filed == [digest])
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
    }

    @Test(arguments: Interruption.all)
    func `a filing stopped before any step is finished or undone`(_ interruption: Interruption) async throws {
        let site = try FilingSite(interruption.kind)
        let name = "trip/photo.jpg"
        let judged = try site.put(name, seed: 1)
        let folder = try site.destination(of: judged).makeFolders(Array("trip".utf8), mode: 0o755)
        for taken in interruption.names.taken { try folder.makeFolder(Array(taken.utf8), mode: 0o755) }

        let stopped = try await site.file(name, stoppingBefore: interruption.step)
        #expect(stopped.wasStopped)
        try expectNothingWrong(site, holding: [judged])
        let expected = try interruption.meanwhile.happen(to: name, judged: judged, at: site)
        let recovered = try site.recover()

        let census = try site.census()
        #expect(census.violations == [])
        #expect(census.leftovers == [], "\(recovered)")
        #expect(census.orphans == [])
        expected.check(census.all)
        if interruption.step > 0, interruption.meanwhile == .nothing || interruption.meanwhile == .permissions
        {
            // The verdict was durable: it is not asked for again.
            #expect(census.filed == [judged])
            #expect(recovered.count == 1)
        }
        #expect(try site.recover() == [])
        await stopped.release()
    }

    /// At the instant of the stop: nothing is lost, and every filed file has its sidecar.
    private func expectNothingWrong(_ site: FilingSite, holding digests: Set<String>) throws {
        let census = try site.census()
        #expect(Set(census.all) == digests)
        #expect(census.violations == [])
    }
}

/// Where a filing is stopped, and what else happens.
struct Interruption: Sendable, CustomTestStringConvertible {
    enum Names: String, CaseIterable, Sendable {
        case free, mediaTaken, sidecarTaken, bothTaken

        var taken: [String] {
            switch self {
            case .free: []
            case .mediaTaken: ["photo.jpg"]
            case .sidecarTaken: ["photo.jpg.json"]
            case .bothTaken: ["photo.jpg", "photo.jpg.json", "photo-1.jpg.json", "photo-2.jpg"]
            }
        }
    }

    let kind: FilingSite.Kind
    let step: Int
    let names: Names
    let meanwhile: Meanwhile

    var testDescription: String {
        "\(kind), before step \(step), names: \(names), meanwhile: \(meanwhile)"
    }

    static let all: [Interruption] = FilingSite.Kind.allCases.flatMap { kind in
        (0..<FilingSite.steps(of: kind)).flatMap { step in
            Names.allCases.map { Interruption(kind: kind, step: step, names: $0, meanwhile: .nothing) }
                + Meanwhile.allCases.dropFirst().map {
                    Interruption(kind: kind, step: step, names: .free, meanwhile: $0)
                }
        }
    }
}

/// What happens in the inbox and the destination between the stop and the start.
enum Meanwhile: String, CaseIterable, Sendable {
    case nothing
    case permissions
    case rewritten
    case rewrittenSameSize
    case removed
    case replaced
    case replacedBySameBytes
    case destinationNamesTaken

    /// - Returns: which digests must be there afterwards.
    func happen(to name: String, judged: String, at site: FilingSite) throws -> ExpectedDigests {
        let path = RelativePath(Array(name.utf8))
        let folder = try site.inbox.openFolder(path.folderBytes)
        let isThere = try folder.hasEntry(path.name)
        // A copy may be filed though its source has become another file since.
        let copied: [String] = site.kind == .copy || !isThere ? [judged] : []
        let certain = isThere ? [] : [judged]
        switch self {
        case .nothing:
            return ExpectedDigests(certain: [judged])
        case .permissions:
            if isThere { try folder.openFile(path.name).setMode(0o600) }
            return ExpectedDigests(certain: [judged])
        case .rewritten, .rewrittenSameSize:
            guard isThere else { return ExpectedDigests(certain: [judged]) }
            let new = [UInt8](repeating: 7, count: self == .rewritten ? 100 : 5000)
            try overwrite("\(site.watch.inbox)/\(name)", with: new)
            return ExpectedDigests(certain: [sha256(new)], possible: copied)
        case .removed:
            if isThere { try folder.remove(path.name) }
            return ExpectedDigests(certain: certain, possible: copied)
        case .replaced, .replacedBySameBytes:
            let new = try site.put("trip/.new", seed: self == .replaced ? 2 : 1)
            try folder.replace(Array(".new".utf8), to: folder, as: path.name)
            return ExpectedDigests(certain: certain + [new], possible: isThere ? copied : [])
        case .destinationNamesTaken:
            let destination = try site.destination(of: judged).openFolder(path.folderBytes)
            for taken in ["photo.jpg", "photo-1.jpg"] where try !destination.hasEntry(Array(taken.utf8)) {
                try destination.makeFolder(Array(taken.utf8), mode: 0o755)
            }
            return ExpectedDigests(certain: [judged])
        }
    }
}

struct ExpectedDigests {
    var certain: [String]
    var possible: [String] = []

    func check(_ found: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        var rest = found
        for digest in certain {
            guard let index = rest.firstIndex(of: digest) else {
                Issue.record("lost: \(digest)", sourceLocation: sourceLocation)
                continue
            }
            rest.remove(at: index)
        }
        for digest in possible {
            if let index = rest.firstIndex(of: digest) { rest.remove(at: index) }
        }
        #expect(rest == [], "too many", sourceLocation: sourceLocation)
    }
}

extension DirectoryHandle {
    func hasEntry(_ name: [UInt8]) throws -> Bool {
        try allEntries().contains { $0.name == name }
    }
}
