extension WrongConfigurations {
    /// Values that are not taken.
    static let values = #"""
        # a string for a number
        [[watch]]
        inbox = "/srv/in"
        [upload]
        concurrency = "8"
        → 5: "concurrency" must be a whole number from 1 to 256, such as 8; found the string "8"

        # a number below the range
        [[watch]]
        inbox = "/srv/in"
        [upload]
        concurrency = 0
        → 5: "concurrency" must be a whole number from 1 to 256, such as 8; found 0

        # a number above the range
        [[watch]]
        inbox = "/srv/in"
        [upload]
        concurrency = 257
        → 5: "concurrency" must be a whole number from 1 to 256, such as 8; found 257

        # a fraction for a number
        [[watch]]
        inbox = "/srv/in"
        [upload]
        concurrency = 1.5
        → 5: "concurrency" must be a whole number from 1 to 256, such as 8; found 1.5

        # a negative rate
        [[watch]]
        inbox = "/srv/in"
        [upload]
        requests_per_hour = -1
        → 5: "requests_per_hour" must be a whole number from 0 to 10000000, such as 1000; found -1

        # a number for a duration
        [[watch]]
        inbox = "/srv/in"
        settle = 10
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found 10

        # a duration without a unit
        [[watch]]
        inbox = "/srv/in"
        settle = "10"
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found the string "10"

        # a duration with a space
        [[watch]]
        inbox = "/srv/in"
        settle = "10 s"
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found the string "10 s"

        # a duration out of range
        [[watch]]
        inbox = "/srv/in"
        settle = "2h"
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found the string "2h"

        # a duration of nothing
        [[watch]]
        inbox = "/srv/in"
        [api]
        request_timeout = "0s"
        → 5: "request_timeout" must be a duration from "1s" to "1h", such as "120s"; found the string "0s"

        # a duration too large to count
        [[watch]]
        inbox = "/srv/in"
        rescan = "99999999999999999999h"
        → 4: "rescan" must be a duration from "1s" to "24h", such as "10m"; found the string \#
        "99999999999999999999h"

        # a size with a wrong unit
        [[watch]]
        inbox = "/srv/in"
        [upload]
        batch_bytes = "100 mb"
        → 5: "batch_bytes" must be a size from "1MB" to "10GB", such as "100MB"; found the string "100 mb"

        # a size out of range
        [[watch]]
        inbox = "/srv/in"
        [upload]
        batch_bytes = "1GB"
        bandwidth = "10B"
        → 6: "bandwidth" must be a size from "1kB" to "100GB", or "" for none, such as "10MB"; found the \#
        string "10B"

        # a number for a size
        [[watch]]
        inbox = "/srv/in"
        [upload]
        bandwidth = 1000000
        → 5: "bandwidth" must be a size from "1kB" to "100GB", or "" for none, such as "10MB"; found 1000000

        # a wrong word
        [[watch]]
        inbox = "/srv/in"
        [upload]
        batch = "on"
        → 5: "batch" must be "auto" or "off"; found the string "on"

        # a wrong word near another
        [[watch]]
        inbox = "/srv/in"
        [log]
        level = "warn"
        → 5: "level" must be "trace", "debug", "info", "notice", "warning", "error" or "critical"; found \#
        the string "warn"; did you mean "warning"?

        # a wrong way to authenticate
        [[watch]]
        inbox = "/srv/in"
        [api]
        auth = "enterprise-0123456789"
        → 5: "auth" must be "oauth", "mtls" or "api-key"; found another string

        # a string for true
        [[watch]]
        inbox = "/srv/in"
        recursive = "true"
        → 4: "recursive" must be true or false; found the string "true"

        # a wrong way to poll
        [[watch]]
        inbox = "/srv/in"
        poll = "always"
        → 4: "poll" must be "auto", "off" or a duration from "100ms" to "1h", such as "5s"; found the \#
        string "always"

        # a band in the wrong order
        [[watch]]
        inbox = "/srv/in"
        review_band = [0.6, 0.4]
        → 4: "review_band" must be two numbers from 0 to 1, the lower one first, such as [0.4, 0.6]; \#
        found [0.6, 0.4]

        # a band out of range
        [[watch]]
        inbox = "/srv/in"
        review_band = [0, 1.5]
        → 4: "review_band" must be two numbers from 0 to 1, the lower one first, such as [0.4, 0.6]; \#
        found [0, 1.5]

        # a band of three
        [[watch]]
        inbox = "/srv/in"
        review_band = [0.1, 0.2, 0.3]
        → 4: "review_band" must be two numbers from 0 to 1, the lower one first, such as [0.4, 0.6]; \#
        found an array of 3

        # a band of strings
        [[watch]]
        inbox = "/srv/in"
        review_band = ["0.4", "0.6"]
        → 4: "review_band" must be two numbers from 0 to 1, the lower one first, such as [0.4, 0.6]; \#
        found an array with other values

        # a band that is a number
        [[watch]]
        inbox = "/srv/in"
        review_band = 0.5
        → 4: "review_band" must be two numbers from 0 to 1, the lower one first, such as [0.4, 0.6]; \#
        found 0.5

        # patterns that are a string
        [[watch]]
        inbox = "/srv/in"
        ignore = "*.bak"
        → 4: "ignore" must be an array of file-name patterns, such as ["*.bak", "draft-*"]; found the \#
        string "*.bak"

        # patterns that are numbers
        [[watch]]
        inbox = "/srv/in"
        ignore = ["*.bak", 5]
        → 4: "ignore" must be an array of file-name patterns, such as ["*.bak", "draft-*"]; found an \#
        array with 5

        # a pattern with two slashes
        [[watch]]
        inbox = "/srv/in"
        ignore = ["a//b"]
        → 4: "ignore" has a pattern that matches nothing, "a//b": a part of a path before or after a "/" \#
        is empty

        # a pattern with an open set
        [[watch]]
        inbox = "/srv/in"
        ignore = ["[a"]
        → 4: "ignore" has a pattern that matches nothing, "[a": its "[" begins no set such as [a-z] or \#
        [!0-9]; write "\\[" for the character itself

        # a pattern with a class
        [[watch]]
        inbox = "/srv/in"
        ignore = ["[[:digit:]]"]
        → 4: "ignore" has a pattern that matches nothing, "[[:digit:]]": its "[" begins no set such as \#
        [a-z] or [!0-9]; write "\\[" for the character itself

        # a pattern that is empty
        [[watch]]
        inbox = "/srv/in"
        ignore = [""]
        → 4: "ignore" has a pattern that matches nothing, "": it is empty

        # a pattern with a control character
        [[watch]]
        inbox = "/srv/in"
        ignore = ["a\u0007"]
        → 4: "ignore" has a pattern that matches nothing, "a\u{7}": it has a control character

        # a pattern with a lone backslash
        [[watch]]
        inbox = "/srv/in"
        ignore = ['a\']
        → 4: "ignore" has a pattern that matches nothing, "a\\": it ends in a backslash; write two for \#
        the character itself

        # a date
        [[watch]]
        inbox = "/srv/in"
        settle = 2026-01-01
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found a date or time

        # a table for a value
        [[watch]]
        inbox = "/srv/in"
        settle = { s = 1 }
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found a table

        # an array for a value
        [[watch]]
        inbox = "/srv/in"
        settle = ["1s"]
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found an array

        # a maximum below its quiet time
        [[watch]]
        inbox = "/srv/in"
        settle = "10s"
        settle_max = "5s"
        → 5: "settle_max" ("5s") must not be less than "settle" ("10s")

        # a quiet time above the default maximum
        [[watch]]
        inbox = "/srv/in"
        settle = "15m"
        → 4: "settle_max" ("10m", the default) must not be less than "settle" ("15m")

        # a last wait below the first
        [[watch]]
        inbox = "/srv/in"
        [upload]
        retry_initial = "10m"
        → 5: "retry_max" ("5m", the default) must not be less than "retry_initial" ("10m")

        # a very long value
        [[watch]]
        inbox = "/srv/in"
        settle = \#
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found the string \#
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"

        # a value that would forge a line
        [[watch]]
        inbox = "/srv/in"
        settle = "1s\n/etc/x.toml:1: fine\u202e"
        → 4: "settle" must be a duration from "1ms" to "1h", such as "1s"; found the string \#
        "1s\u{a}/etc/x.toml:1: fine\u{202e}"
        """#
}
