import SampleMedia
import Testing
import WatchCore

@Suite("TargetName and WorkName")
struct NamesTests {
    static let digest = "0123abcd" + String(repeating: "f", count: 56)

    static func target(_ name: String, longest: Int = 255) -> TargetName {
        TargetName(name: Array(name.utf8), sha256: digest, longest: longest)
    }

    static let numbered: [(String, String, String, String)] = [
        ("photo.jpg", "photo.jpg", "photo-1.jpg", "photo-12.jpg"),
        ("photo", "photo", "photo-1", "photo-12"),
        ("a.tar.gz", "a.tar.gz", "a.tar-1.gz", "a.tar-12.gz"),
        ("x.json", "x.json", "x-1.json", "x-12.json"),
        ("photo.jpg.json", "photo.jpg.json", "photo.jpg-1.json", "photo.jpg-12.json"),
        ("-rf.jpg", "-rf.jpg", "-rf-1.jpg", "-rf-12.jpg"),
        ("dot.", "dot.", "dot-1.", "dot-12."),
        ("größe 日本.png", "größe 日本.png", "größe 日本-1.png", "größe 日本-12.png"),
        ("a\nb.jpg", "a\nb.jpg", "a\nb-1.jpg", "a\nb-12.jpg"),
    ]

    @Test(arguments: numbered)
    func `a taken name gets a number before its extension, and the sidecar goes with it`(
        name: String, zeroth: String, first: String, twelfth: String
    ) {
        for (attempt, expected) in [(0, zeroth), (1, first), (12, twelfth)] {
            let pair = Self.target(name).pair(attempt)
            #expect(String(decoding: pair.media, as: UTF8.self) == expected)
            #expect(String(decoding: pair.sidecar, as: UTF8.self) == expected + ".json")
        }
    }

    static let long: [(String, longest: Int, String)] = [
        (String(repeating: "a", count: 246) + ".jpg", 255, String(repeating: "a", count: 246) + ".jpg"),
        (
            String(repeating: "a", count: 248) + ".jpg", 255,
            String(repeating: "a", count: 237) + "~0123abcd.jpg"
        ),
        (String(repeating: "a", count: 255), 255, String(repeating: "a", count: 241) + "~0123abcd"),
        // Two bytes each: 237 is odd, and no character is cut in two.
        (
            String(repeating: "é", count: 124) + ".jpg", 255,
            String(repeating: "é", count: 118) + "~0123abcd.jpg"
        ),
        (
            String(repeating: "🎉", count: 62) + ".jpg", 255,
            String(repeating: "🎉", count: 59) + "~0123abcd.jpg"
        ),
        // Most of the name is behind the dot, so it is not an extension.
        (
            "a." + String(repeating: "b", count: 253), 255,
            "a." + String(repeating: "b", count: 239) + "~0123abcd"
        ),
        (
            String(repeating: "a", count: 139) + ".jpg", 143,
            String(repeating: "a", count: 125) + "~0123abcd.jpg"
        ),
    ]

    @Test(arguments: long)
    func `a name too long to carry a sidecar's is cut between characters and marked with the digest`(
        name: String, longest: Int, expected: String
    ) {
        let pair = Self.target(name, longest: longest).pair(0)
        #expect(String(decoding: pair.media, as: UTF8.self) == expected)
    }

    @Test(arguments: 0..<UInt64(10))
    func `any name gives any number of different names that fit`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let telling: [UInt8] = [0x2E, 0x2E, 0x61, 0x80, 0xBF, 0xC3, 0xE2, 0xF0, 0xFF, 0x0A, 0x2D]
        for round in 0..<200 {
            let count = round % 4 == 0 ? 255 - Int(random.next() % 12) : 1 + Int(random.next() % 255)
            let name = (0..<count).map { _ in telling[Int(random.next() % UInt64(telling.count))] }
            let longest = round % 3 == 0 ? 143 : 255
            let target = TargetName(name: name, sha256: Self.digest, longest: longest)
            var seen: Set<[UInt8]> = []
            for attempt in [0, 1, 2, 9, 10, 11, 99, 100, 12_345] {
                let pair = target.pair(attempt)
                #expect(!pair.media.isEmpty && pair.sidecar.count <= longest)
                #expect(pair.sidecar == pair.media + TargetName.sidecarSuffix)
                #expect(!pair.media.contains(0) && !pair.media.contains(UInt8(ascii: "/")))
                #expect(seen.insert(pair.media).inserted)
            }
        }
    }

    @Test func `a name of text stays text when it is cut`() {
        for character in ["é", "日", "🎉", "e\u{301}"] {
            for shift in 0..<5 {
                let name =
                    String(repeating: "x", count: shift) + String(repeating: character, count: 120) + ".jpeg"
                let media = Self.target(String(name.prefix(90)) + ".jpeg", longest: 143).pair(3).media
                #expect(String(validating: media, as: UTF8.self) != nil)
            }
        }
    }

    static func identity(
        inode: UInt64 = 0xAB, seconds: Int64 = 1_795_000_000, nanoseconds: Int32 = 7, device: UInt64 = 0x801
    ) -> FileIdentity {
        let changed = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        return FileIdentity(
            device: device, inode: inode, size: 5, modified: Timestamp(seconds: 0), changed: changed)
    }

    private static func name(
        _ identity: FileIdentity, path: String = "trip/photo.jpg", inbox: String = "/srv/inbox"
    ) -> WorkName {
        WorkName(identity, path: RelativePath(Array(path.utf8)), inbox: inbox)
    }

    @Test func `a filing's name says which file it was made for, and is read back from each of its files`() {
        for identity in [
            Self.identity(), Self.identity(inode: .max, seconds: 0, nanoseconds: 0, device: .max),
        ] {
            let work = Self.name(identity)
            #expect(work.wasMade(for: identity))
            for ending in WorkName.Ending.allCases {
                #expect(WorkName(fileName: work.file(ending)) == work)
            }
        }
        #expect(Self.name(Self.identity()).text.hasSuffix("-ab-1795000000.7-801"))
        #expect(
            Set(WorkName.Ending.allCases.map { Self.name(Self.identity()).file($0) })
                .count == 4)
        #expect(
            Self.name(Self.identity()).retired.starts(with: Array(".".utf8)),
            "hidden, and so left alone")
    }

    @Test func `another inode or another change time is another file, a device's number may change`() {
        let work = Self.name(Self.identity())
        #expect(!work.wasMade(for: Self.identity(inode: 0xABC)))
        #expect(!work.wasMade(for: Self.identity(inode: 0xA)))
        #expect(!work.wasMade(for: Self.identity(seconds: 1_795_000_001)))
        #expect(!work.wasMade(for: Self.identity(nanoseconds: 70)))
        #expect(work.wasMade(for: Self.identity(device: 9)))
    }

    @Test func `a filing belongs to one inbox, even if others file to the same destination`() {
        let work = Self.name(Self.identity())
        #expect(work.belongs(to: "/srv/inbox"))
        #expect(!work.belongs(to: "/srv/inbox2"))
        #expect(work != Self.name(Self.identity(), inbox: "/srv/inbox2"))
        #expect(work != Self.name(Self.identity(), path: "photo.jpg"), "hard links to one inode")
    }

    @Test(arguments: [
        "", ".json", "photo.jpg", "photo.json", "0123456789abcdef-fedcba9876543210-ab-1.2-801",
        "0123456789abcdef-fedcba9876543210-ab-1.2-801.txt", "ab-1.2-801.json",
        "123-fedcba9876543210-ab-1.2-801.json", "0123456789ABCDEF-fedcba9876543210-ab-1.2-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1.2.json",
        "0123456789abcdef-fedcba9876543210-ab-1.2-801-3.json",
        "0123456789abcdef-fedcba9876543210-xy-1.2-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1.2-xy.json",
        "0123456789abcdef-fedcba9876543210-+ab-1.2-801.json",
        "0123456789abcdef-fedcba9876543210-ab-+1.2-801.json",
        "0123456789abcdef-fedcba9876543210-AB-1.2-801.json",
        "0123456789abcdef-fedcba9876543210-0ab-1.2-801.json",
        "0123456789abcdef-fedcba9876543210-ab-01.2-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1.2-801.json.json",
        "0123456789abcdef-fedcba9876543210-ab-a.b-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1.2000000000-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1..2-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1.2-801 .json", " ab-1.2-801.json",
        "0123456789abcdef-fedcba9876543210-ab-1.2-11111111111111111.json", ".bitmind-watch-ab-1.2-801",
        "0123456789abcdef-fedcba9876543210-é-1.2-801.json",
        "0123456789abcdef-ab-1.2-801.json", "0123456789abcdef-fedc-ab-1.2-801.json",
    ])
    func `a name that is not just as the service writes it is a foreign file's`(name: String) {
        #expect(WorkName(fileName: Array(name.utf8)) == nil)
        #expect(WorkName(fileName: Array(name.utf8) + [0xFF]) == nil)
    }
}
