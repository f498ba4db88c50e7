import BitMind
import WatchCore

extension Check {
    /// Whether the API is there, takes the credentials, and lets the account do what the service does. Sends no
    /// file. Each request may take 30 s without progress at most.
    package func online() async -> [CheckResult] {
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
            _ = try await client.health()
            results.append(.ok("API: \(configuration.api.baseURL) answers"))
        } catch {
            results.append(.problem("API: \(error): \(error.advice)"))
        }
        results += await account(client)
        await client.shutdown()
        return results
    }

    private func account(_ client: BitMindClient) async -> [CheckResult] {
        var results: [CheckResult] = []
        do throws(APIError) {
            try await client.authenticate()
            if method != .apiKey { results.append(.ok("token: can be had")) }
            return results + permissions(try await client.status())
        } catch {
            let what = error.endpoint == .status ? "status" : "token"
            return results + [.problem("\(what): \(error): \(error.advice)")]
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
            case nil: .ok("\(what): the API does not tell whether the account may send them")
            case false?:
                .problem("\(what): the account may not send them: ask BitMind for \(needed)")
            }
        }
    }
}

extension APIError {
    /// What to do where the API gives no answer that it should.
    fileprivate var advice: String {
        switch kind {
        case .credentialsRefused, .forbidden, .missingCredentials:
            "see that the credentials are the account's"
        case .serverFailure: "it is the API's own fault: try again later"
        case .rateLimited: "try again later"
        default: "look at base_url, proxy, ca_file and the network"
        }
    }
}
