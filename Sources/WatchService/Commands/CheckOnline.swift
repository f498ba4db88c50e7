import BitMind
import WatchCore

extension Check {
    /// Whether the API can be reached, accepts the credentials, gives the account the permissions that the
    /// service needs, and accepts an upload. Each request may take 30 s without progress.
    /// - Parameter picture: a small JPEG, which is sent once. The upload costs a request.
    package func online(sending picture: [UInt8]) async -> [CheckResult] {
        var hasty = configuration
        hasty.api.requestTimeout = min(hasty.api.requestTimeout, .seconds(30))
        let client: BitMindClient
        do throws(ConfigurationFault) {
            let source = EnvironmentCredentials(method: method, environment: environment)
            client = try ClientSlot(hasty, source).current.client
        } catch {
            return [.problem("API: \(error)")]
        }
        var results: [CheckResult] = []
        do throws(APIError) {
            let health = try await client.healthAnswer()
            let remark = health.isSimulated ? "; it is simulated, and its verdicts mean nothing" : ""
            results.append(.ok("API: \(configuration.api.baseURL) answers\(remark)"))
        } catch {
            results.append(.problem("API: \(error): \(error.advice)"))
        }
        results += await account(client, picture)
        await client.shutdown()
        return results
    }

    private func account(_ client: BitMindClient, _ picture: [UInt8]) async -> [CheckResult] {
        var results: [CheckResult] = []
        do throws(APIError) {
            try await client.authenticate()
            if method != .apiKey { results.append(.ok("token: the API gave one")) }
            let status = try await client.status()
            results += permissions(status)
            if status.permits(.image) != false { results.append(await upload(picture, by: client)) }
            return results
        } catch  where error.kind == .missingCredentials && results.isEmpty {
            // The check of the credentials reports which ones, and where they belong.
            guard viewpoint.isBystander || viewpoint.isRootBeside else {
                return [.problem("token: \(error): \(error.advice)")]
            }
            return [CheckResult(kind: .unknown, text: "token: there are no credentials here to get one")]
        } catch {
            let what = error.endpoint == .status ? "status" : "token"
            return results + [.problem("\(what): \(error): \(error.advice)")]
        }
    }

    /// Sends the picture, because some networks block only uploads.
    private func upload(_ picture: [UInt8], by client: BitMindClient) async -> CheckResult {
        let size = ByteCount(Int64(picture.count))
        do throws(APIError) {
            let upload = Upload(type: .jpeg, fileName: "check.jpg", body: PictureBody(bytes: picture))
            let answer = try await client.classify(upload)
            let simulated = answer.isSimulated ? "; simulated" : ""
            return .ok("upload: a picture of \(size) got a verdict\(simulated); this cost one request")
        } catch {
            let advice =
                switch error.kind {
                case .serverFailure, .rateLimited, .credentialsRefused, .forbidden, .missingCredentials:
                    error.advice
                default:
                    "requests without a file succeed, so check what inspects or limits uploads between this "
                        + "machine and the API: a proxy, a firewall, a tunnel"
                }
            return .problem("upload: a picture of \(size) got no verdict: \(error): \(advice)")
        }
    }

    private func permissions(_ status: AccountStatus) -> [CheckResult] {
        var asked: [(String, Endpoint)] = [("images", .image), ("videos", .video)]
        if configuration.upload.batch != .off {
            asked += [("batches of images", .batchImage), ("batches of videos", .batchVideo)]
        }
        return asked.map { what, endpoint in
            let needed = endpoint.permissions.joined(separator: " and ")
            return switch status.permits(endpoint) {
            case true?: .ok("\(what): the account may send them")
            case nil: .ok("\(what): the API does not report whether the account may send them")
            case false?:
                .problem("\(what): the account may not send them: ask BitMind for \(needed)")
            }
        }
    }
}

extension APIError {
    /// What to do if the API does not give a correct answer.
    fileprivate var advice: String {
        switch kind {
        case .credentialsRefused, .forbidden, .missingCredentials:
            "check that the credentials belong to the account"
        case .serverFailure: "the API itself fails: try again later"
        case .rateLimited: "try again later"
        default: "check base_url, proxy, ca_file and the network"
        }
    }
}

/// A picture in memory.
private struct PictureBody: BodySource {
    let bytes: [UInt8]

    var size: Int64 { Int64(bytes.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        let part = bytes.dropFirst(Int(offset)).prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }
}
