extension WrongConfigurations {
    /// Keys and tables that are none.
    static let keys = #"""
        # an unknown key
        [[watch]]
        inbox = "/srv/in"
        setle = "1s"
        → 4: "setle" is not a key of [[watch]]; did you mean "settle"?

        # an unknown key far from all
        [[watch]]
        inbox = "/srv/in"
        colour = "red"
        → 4: "colour" is not a key of [[watch]]; its keys are inbox, ai, human, failed, review, \#
        review_band, recursive, settle, settle_max, rescan, poll, ignore, warn_after, remove_empty

        # a part of a key
        [[watch]]
        inbox = "/srv/in"
        [api]
        timeout = "1s"
        → 5: "timeout" is not a key of [api]; did you mean "request_timeout"?

        # a key of another table
        [[watch]]
        inbox = "/srv/in"
        [api]
        concurrency = 8
        → 5: "concurrency" is not a key of [api]; it belongs under [upload]

        # a key above all tables
        concurrency = 8
        [[watch]]
        inbox = "/srv/in"
        → 2: "concurrency" stands outside the tables of this file; it belongs under [upload]

        # an unknown key above all tables
        setle = "1s"
        [[watch]]
        inbox = "/srv/in"
        → 2: "setle" stands outside the tables of this file; did you mean "settle" under [[watch]]?

        # nonsense above all tables
        x = 1
        [[watch]]
        inbox = "/srv/in"
        → 2: "x" stands outside the tables of this file; its tables are [api], [upload], [[watch]], \#
        [log], [metrics]

        # an unknown table
        [[watch]]
        inbox = "/srv/in"
        [uplaod]
        concurrency = 8
        → 4: "uplaod" is not a table of this file; did you mean [upload]?

        # an unknown table far from all
        [[watch]]
        inbox = "/srv/in"
        [mail]
        to = "root"
        → 4: "mail" is not a table of this file; its tables are [api], [upload], [[watch]], [log], [metrics]

        # a table with one bracket
        [watch]
        inbox = "/srv/in"
        → 2: each watched folder is written [[watch]], in two brackets; found [watch]

        # a table with two brackets
        [[watch]]
        inbox = "/srv/in"
        [[api]]
        auth = "oauth"
        → 4: "api" must be a table, written [api] once; found an array

        # a table that is a value
        [[watch]]
        inbox = "/srv/in"

        [log]
        [metrics]
        textfile = {}
        → 7: "textfile" must be an absolute path, or "" for none, such as \#
        "/var/lib/prometheus/node-exporter/bitmind-watch.prom"; found a table

        # watches that are values
        watch = ["/srv/in"]
        → 2: each watched folder is a table, written [[watch]]; found a string

        # no watch at all
        [api]
        auth = "oauth"
        → 1: no folder is watched; add a [[watch]] with its inbox, such as inbox = "/srv/bitmind/inbox"

        # an empty array of watches
        watch = []
        → 2: no folder is watched; add a [[watch]] with its inbox, such as inbox = "/srv/bitmind/inbox"

        # a watch without an inbox
        [[watch]]
        ai = "/srv/ai"
        → 2: [[watch]] has no "inbox"; name the folder to watch, such as inbox = "/srv/bitmind/inbox"

        # a key that would forge a line
        [[watch]]
        inbox = "/srv/in"
        "a\nb\u001b[31m" = 1
        → 4: "a\u{a}b\u{1b}[31m" is not a key of [[watch]]; its keys are inbox, ai, human, failed, \#
        review, review_band, recursive, settle, settle_max, rescan, poll, ignore, warn_after, remove_empty
        """#
}
