import BitMindAPI
import TestSupport
import Testing

@testable import BitMindSimulator

@Suite(.holds(descriptors: 8)) struct LimitTests {
    private static let limited = SimulatorBehaviour {
        $0.requestsPerHour = 3600
        $0.burst = 2
    }

    @Test func `requests over the rate get 429 and the wait in seconds`() async throws {
        let clock = TestClock()
        try await Simulator.with(Self.limited, clock: clock.now) { simulator throws in
            let request = Samples.raw(Samples.jpeg())
            #expect(try simulator.ask(request).status == 200)
            #expect(try simulator.ask(request).status == 200)
            let refused = try simulator.ask(request)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "1")
            #expect(try simulator.ask(RawRequest("GET", "/status", [Samples.authorization])).status == 200)
            clock.advance(.seconds(1))
            #expect(try simulator.ask(request).status == 200)
            #expect(try simulator.ask(request).status == 429)
        }
    }

    @Test func `the wait is sent as a date, as configured, or not at all, and with 403 too`() async throws {
        let clock = TestClock()
        try await Simulator.with(Self.limited, clock: clock.now) { simulator throws in
            simulator.behave {
                $0.requestsPerHour = 1
                $0.burst = 1
                $0.retryAfterForm = .date
            }
            let request = Samples.raw(Samples.jpeg())
            #expect(try simulator.ask(request).status == 200)
            #expect(try simulator.ask(request).headers["retry-after"] == "Thu, 04 Sep 2025 23:46:47 GMT")
            simulator.behave {
                $0.retryAfterForm = .seconds
                $0.retryAfter = .seconds(7)
                $0.rateLimitStatus = 403
            }
            let refused = try simulator.ask(request)
            #expect(refused.status == 403)
            #expect(refused.headers["retry-after"] == "7")
            simulator.behave { $0.retryAfterForm = .none }
            #expect(try simulator.ask(request).headers["retry-after"] == nil)
        }
    }

    @Test func `the bucket gives exactly its rate over an hour`() {
        var rate = RateLimit(perHour: 1_000, burst: nil, now: .zero)
        var taken = 0
        for tenth in 0..<36_000 where rate.take(at: .milliseconds(tenth * 100)) == nil { taken += 1 }
        #expect((1_014...1_016).contains(taken))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"),
        (1_757_026_007, "Thu, 04 Sep 2025 22:46:47 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `HTTP dates are right around leap days`(seconds: Int, text: String) {
        #expect(httpDate(.seconds(seconds)) == text)
    }

    @Test func `an image of exactly the limit is taken, one byte more is refused before the body`()
        async throws
    {
        let limit = Samples.jpeg().count
        try await Simulator.with(SimulatorBehaviour { $0.imageSizeLimit = Int64(limit) }) {
            simulator throws in
            #expect(try simulator.ask(Samples.raw(Samples.jpeg())).status == 200)
            let connection = try RawConnection(port: simulator.port)
            var request = Samples.raw([])
            request.announced = limit + 1
            try connection.send(request.head)
            let answer = try connection.answer()
            #expect(answer.status == 413)
            #expect(answer.headers["connection"] == "close")
            #expect(answer.headers["x-simulated"] == "true")
        }
    }

    @Test func `the limits are those of the API by default`() {
        let behaviour = SimulatorBehaviour()
        #expect(behaviour.imageSizeLimit == MediaKind.image.maximumFileSize)
        #expect(behaviour.videoSizeLimit == MediaKind.video.maximumFileSize)
    }

    @Test func `a file that turns out too large while it streams is refused at that byte`() async throws {
        let behaviour = SimulatorBehaviour {
            $0.videoSizeLimit = 1_000
            $0.lingers = true
        }
        try await Simulator.with(behaviour) { simulator throws in
            let bytes = Samples.mp4 + [UInt8](repeating: 7, count: 2_000)
            var request = Samples.upload("/video", [.init(name: "video", bytes: bytes)])
            request.announced = request.body.count + 1
            let connection = try RawConnection(port: simulator.port)
            try connection.send(request)
            #expect(try connection.answer().status == 413)
            #expect(simulator.uploads.isEmpty)
        }
    }

    @Test func `a batch whose files are too large together is refused`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.batchSizeLimit = 25 }) { simulator throws in
            #expect(try simulator.ask(Samples.batch([Samples.jpeg()])).status == 200)
            #expect(
                try simulator.ask(Samples.batch([Samples.jpeg(), Samples.jpeg(), Samples.jpeg()])).status
                    == 413)
        }
    }

    @Test func `each form of an image is refused with 415 where only the other is taken`() async throws {
        let multipart = Samples.upload("/image", [.init(name: "image", bytes: Samples.jpeg())])
        let raw = Samples.raw(Samples.jpeg())
        for (form, ofRaw, ofMultipart) in [
            (ImageForm.either, 200, 200), (.raw, 200, 415), (.multipart, 415, 200),
        ] {
            try await Simulator.with(SimulatorBehaviour { $0.imageForm = form }) { simulator throws in
                #expect(try simulator.ask(raw).status == ofRaw)
                #expect(try simulator.ask(multipart).status == ofMultipart)
                #expect(try simulator.ask(Samples.raw(Samples.jpeg(), "image/gif")).status == 415)
            }
        }
    }

    @Test func `what an expecting client is refused comes in place of 100`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.imageSizeLimit = 5_000 }) { simulator throws in
            var request = Samples.raw(Samples.jpeg())
            request.headers.append(("Expect", "100-continue"))
            let connection = try RawConnection(port: simulator.port)
            try connection.send(request.head)
            #expect(try connection.answer().status == 100)
            try connection.send(request.body)
            #expect(try connection.answer().status == 200)
            request.announced = 5_001
            try connection.send(request.head)
            #expect(try connection.answer().status == 413)
            #expect(simulator.requests.allSatisfy { $0.expectsContinue })
        }
    }

    @Test func `refusals come after the body and keep the connection, or early if configured`() async throws {
        try await Simulator.with { simulator throws in
            var request = Samples.raw(Samples.jpeg())
            request.headers[0].value = "Bearer wrong"
            let connection = try RawConnection(port: simulator.port)
            try connection.send(request)
            #expect(try connection.answer().headers["connection"] == nil)
            try connection.send(request)
            #expect(try connection.answer().status == 401)
            simulator.behave { $0.refusesEarly = true }
            try connection.send(request.head)
            let early = try connection.answer()
            #expect(early.status == 401)
            #expect(early.headers["connection"] == "close")
        }
    }

    @Test(arguments: [
        (BadBatchItem.refused, 400), (.tooLarge, 413), (.missing, 200), (.error, 200),
    ])
    func `a bad item affects its batch as configured`(showing: BadBatchItem, status: Int) async throws {
        try await Simulator.with(SimulatorBehaviour { $0.badBatchItem = showing }) { simulator throws in
            let files = [Samples.jpeg("0"), Samples.badJPEG, Samples.jpeg("2")]
            let answer = try simulator.ask(Samples.batch(files))
            #expect(answer.status == status)
            guard status == 200 else { return }
            let good = [0, 2].map { Samples.verdict(files[$0], position: $0) }
            let bad = "{\"error\": \"the file cannot be decoded\", \"batch_position\": 1}"
            let entries = showing == .missing ? good : [good[0], bad, good[1]]
            #expect(answer.body.hasPrefix("{\"batch_results\": [\(entries.joined(separator: ", "))], "))
            #expect(simulator.verdicts(of: Samples.sha256(Samples.badJPEG)) == 0)
        }
    }

    @Test(arguments: [
        (ErrorBody.error, #"{"error": "invalid token"}"#),
        (.message, #"{"message": "invalid token", "code": 401}"#),
        (.detail, #"{"detail": "invalid token"}"#),
        (.detailArray, #"{"detail": [{"loc": ["body"], "msg": "invalid token", "type": "value_error"}]}"#),
        (.errorMessage, #"{"error": {"code": 401, "message": "invalid token"}}"#),
        (.errorDescription, #"{"error": {}, "error_description": "invalid token"}"#),
        (.plain, "invalid token\n"),
        (.html, "<html><head><title>401</title></head><body>invalid token</body></html>\n"),
        (.empty, ""),
    ])
    func `errors come in each form`(form: ErrorBody, body: String) async throws {
        try await Simulator.with(SimulatorBehaviour { $0.errorBody = form }) { simulator throws in
            let answer = try simulator.ask(RawRequest("GET", "/status", [("Authorization", "Bearer x")]))
            #expect(answer.status == 401)
            #expect(answer.body == body)
        }
    }
}
