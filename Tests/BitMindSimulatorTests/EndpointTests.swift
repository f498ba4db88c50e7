import BitMindAPI
import TestSupport
import Testing

@testable import BitMindSimulator

@Suite(.holds(descriptors: 8)) struct EndpointTests {
    @Test func `health needs no credentials`() async throws {
        try await Simulator.with { simulator throws in
            let answer = try simulator.ask(RawRequest("GET", "/health"))
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix(#"{"status": "healthy", "service": "#))
            #expect(answer.headers["x-simulated"] == "true")
        }
    }

    @Test func `status lists the permissions of the account`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.permissions = [.videoInference] }) {
            simulator throws in
            let answer = try simulator.ask(RawRequest("GET", "/status", [Samples.authorization]))
            #expect(answer.status == 200)
            #expect(answer.body.contains(#""permissions": ["video_inference"]"#))
            #expect(answer.body.contains(#""features": {"image_inference": false, "video_inference": true"#))
        }
    }

    @Test(arguments: [
        (Samples.jpeg(), "image/jpeg"), (Samples.png, "image/png"), (Samples.webp, "image/webp"),
    ])
    func `raw image bytes get the verdict of their digest`(bytes: [UInt8], type: String) async throws {
        try await Simulator.with { simulator throws in
            let answer = try simulator.ask(Samples.raw(bytes, type))
            #expect(answer.status == 200)
            #expect(answer.body == Samples.verdict(bytes))
            let digest = Samples.sha256(bytes)
            #expect(simulator.uploads(of: digest) == 1)
            #expect(simulator.verdicts(of: digest) == 1)
        }
    }

    @Test(arguments: [
        (Samples.mp4, "video/mp4"), (Samples.quickTime, "video/quicktime"), (Samples.avi, "video/x-msvideo"),
        (Samples.quickTime, "video/mp4"), (Samples.mp4, "application/octet-stream"),
    ])
    func `a video comes as a part named video`(bytes: [UInt8], type: String) async throws {
        try await Simulator.with { simulator throws in
            let part = Samples.Part(
                name: "video", fileName: "a \\\"b\\\".mp4", contentType: type, bytes: bytes)
            #expect(try simulator.ask(Samples.upload("/video", [part])).body == Samples.verdict(bytes))
            let file = RecordedFile(
                partName: "video", fileName: "a \"b\".mp4", contentType: type, size: Int64(bytes.count),
                sha256: Samples.sha256(bytes))
            #expect(simulator.requests.first?.files == [file])
        }
    }

    @Test func `a batch gets a verdict for each position`() async throws {
        try await Simulator.with { simulator throws in
            let files = (0..<50).map { Samples.jpeg("number \($0)") }
            let answer = try simulator.ask(Samples.batch(files))
            let entries = files.enumerated().map { Samples.verdict($1, position: $0) }
            #expect(answer.body.hasPrefix("{\"batch_results\": [\(entries.joined(separator: ", "))], "))
            #expect(answer.body.contains("\"batch_count\": 50, "))
            #expect(answer.body.contains("\"request_id\": \"batch_img_"))
            let videos = [Samples.Part(name: "videos", bytes: Samples.mp4)]
            let ofVideos = try simulator.ask(Samples.upload("/batch_video", videos))
            #expect(ofVideos.body.contains(Samples.verdict(Samples.mp4, position: 0)))
            #expect(ofVideos.body.contains("\"request_id\": \"batch_vid_"))
        }
    }

    @Test(arguments: [
        ("/batch_image", "images", 51), ("/batch_video", "videos", 21), ("/batch_image", "images", 0),
        ("/batch_image", "image", 1), ("/image", "image", 2), ("/video", "videos", 1),
    ])
    func `too many parts, none, or wrong names are refused`(path: String, name: String, count: Int)
        async throws
    {
        try await Simulator.with { simulator throws in
            let bytes = path.contains("video") ? Samples.mp4 : Samples.jpeg()
            let parts = [Samples.Part](repeating: .init(name: name, bytes: bytes), count: count)
            #expect(try simulator.ask(Samples.upload(path, parts)).status == 400)
        }
    }

    @Test(arguments: [
        Samples.badJPEG, Array("no image".utf8), [], Samples.png, Array("....ftypheic....".utf8), Samples.mp4,
    ])
    func `bytes that are not what they are said to be are refused`(bytes: [UInt8]) async throws {
        try await Simulator.with { simulator throws in
            let answer = try simulator.ask(Samples.raw(bytes))
            #expect(answer.status == 400)
            #expect(answer.body.hasPrefix("{\"error\": \""))
            #expect(simulator.verdicts(of: Samples.sha256(bytes)) == 0)
        }
    }

    @Test func `any bytes get a verdict where content is not checked`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.checksContent = false }) { simulator throws in
            #expect(try simulator.ask(Samples.raw(Samples.badJPEG)).status == 200)
        }
    }

    @Test func `paths and methods that the API does not have are refused`() async throws {
        try await Simulator.with { simulator throws in
            #expect(try simulator.ask(RawRequest("GET", "/images")).status == 404)
            #expect(try simulator.ask(RawRequest("GET", "/image")).status == 405)
            #expect(try simulator.ask(RawRequest("POST", "/health")).status == 405)
        }
    }

    @Test func `one connection serves many requests, and the record distinguishes them`() async throws {
        try await Simulator.with { simulator throws in
            let connection = try RawConnection(port: simulator.port)
            for number in 0..<20 {
                let bytes = Samples.jpeg("file \(number)")
                try connection.send(Samples.raw(bytes))
                #expect(try connection.answer().body == Samples.verdict(bytes))
            }
            #expect(simulator.requests.count == 20)
            #expect(Set(simulator.requests.map(\.connection)).count == 1)
            #expect(
                simulator.requests.allSatisfy { $0.status == 200 && $0.ended != nil && $0.endpoint == .image }
            )
            #expect(simulator.maximumInFlight == 1)
            #expect(simulator.inFlight == 0)
        }
    }

    @Test func `uploads at once are counted, and clearing forgets only what is done`() async throws {
        try await Simulator.with { simulator throws in
            let connections = try (0..<5).map { _ in try RawConnection(port: simulator.port) }
            for connection in connections { try connection.send(Samples.raw(Samples.jpeg()).head) }
            try await wait(until: "five are in flight") { simulator.inFlight == 5 }
            simulator.clearRecord()
            #expect(simulator.inFlight == 5)
            for connection in connections {
                try connection.send(Samples.jpeg())
                #expect(try connection.answer().status == 200)
            }
            #expect(simulator.inFlight == 0)
            #expect(simulator.maximumInFlight == 5)
            #expect(simulator.requests.isEmpty)
        }
    }

    @Test func `the digest is SHA-256, and the verdict follows from it alone`() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Samples.sha256(Array("abc".utf8)) == digest)
        let verdicts = (0..<10_000).map {
            SimulatedVerdict(sha256: Samples.sha256(Array("\($0)".utf8)))
        }
        #expect((4_700...5_300).contains(verdicts.count { $0.isAI }))
        #expect(verdicts.allSatisfy { $0.isAI == ((Double($0.confidence) ?? -1) >= 0.5) })
        #expect(verdicts.allSatisfy { $0.confidence.utf8.count == 6 && $0.processingTime.utf8.count == 5 })
    }
}
