import Foundation

extension Box {
    /// Runs a Python script in place of the service: by its unit, with its user, root, capabilities and
    /// filters. Only Python itself is added.
    /// - Returns: the script's standard output.
    func probe(_ script: String) async throws -> String {
        try write(script, to: "/root/probe.py")
        return try await run(
            #"""
            python=$(readlink -f /usr/bin/python3)
            systemctl cat bitmind-watch.service | sed \
                -e "s|^ExecStart=.*|ExecStart=$python /probe.py|" -e 's|^Type=.*|Type=oneshot|' \
                -e '/^ExecReload=/d' -e '/^Restart/d' -e '/^WatchdogSec=/d' -e '/^RuntimeDirectory/d' \
                -e "s|^\[Service\]|&\nStandardOutput=truncate:/root/probe.out\nStandardError=inherit\nBindReadOnlyPaths=$python /root/probe.py:/probe.py\nExecPaths=+$python|" \
                >/run/systemd/system/bitmind-watch-probe.service
            systemctl daemon-reload
            systemctl start bitmind-watch-probe.service || journalctl --no-pager -n 10 -u bitmind-watch-probe
            cat /root/probe.out
            """#)
    }
}
